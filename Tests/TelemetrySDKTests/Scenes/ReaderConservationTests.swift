import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// The balance of a reader's ledger over random interleavings of collections, failures, flushes and shutdowns.
@Suite(.ownThreads) struct ReaderConservationTests {
  @Test(
    "each data point that a producer returned is exported or counted as lost, and calls end in time", arguments: 0..<60)
  func reader(_ seed: Int) throws {
    let random = SharedRandom(seed)
    let pick: @Sendable (Int) -> Int = { random.next($0) }
    let delivered = Counter()
    let exporter = MetricScript { metrics in
      switch pick(8) {
      case 0: await TelemetryLoop.current?.sleepThrough(.seconds(pick(20)))
      default: await TelemetryLoop.current?.sleep(.milliseconds(pick(900)))
      }
      let count = metrics.reduce(0) { $0 + $1.dataPointCount }
      let lost = pick(4) == 0 ? pick(count + 1) : 0
      for _ in lost..<count { delivered.increment() }
      return ExportOutcome(exported: count - lost, dropped: [.refused: lost], attempts: 1)
    }
    let producers = (0..<1 + pick(3)).map { number in
      Producer("\(number)", points: pick(30)) { _ in
        if pick(6) == 0 { await TelemetryLoop.current?.sleepThrough(.milliseconds(pick(9000))) }
        if pick(6) == 0 { throw Broken() }
      }
    }
    try onVirtualLoop { loop in
      let reader = try PeriodicMetricReader(
        exporter: exporter, producers: producers,
        configuration: Self.configuration(pick), loop: loop, diagnostics: .silent)
      for _ in 0..<40 {
        await loop.sleep(.milliseconds(pick(3000)))
        #expect(reader.ledger.isBalanced && reader.bytesHeld <= 8192, "seed \(seed)")
        guard pick(3) == 0 else { continue }
        let (before, limit) = (loop.now, Duration.milliseconds(pick(6000)))
        let report = await reader.forceFlush(within: limit)
        #expect(report.ledger.isBalanced && loop.now - before <= limit, "seed \(seed)")
      }
      let (before, limit) = (loop.now, Duration.milliseconds(pick(8000)))
      let report = await reader.shutdown(within: limit)
      #expect(loop.now - before <= limit && report.ledger.isBalanced, "seed \(seed)")
      #expect(report.ledger.queued == 0 && report.ledger.inFlight == 0, "seed \(seed): \(report.ledger)")
      #expect(report.ledger.exported <= delivered.value && exporter.maxRunning <= 5, "seed \(seed)")
      await loop.sleep(.seconds(60))
      let produced = zip(producers, producers.map(\.calls)).reduce(0) { $0 + $1.0.points * $1.1 }
      #expect(reader.ledger.ended == produced && reader.ledger.isBalanced, "seed \(seed): \(reader.ledger)")
    }
  }

  private static func configuration(_ pick: (Int) -> Int) -> PeriodicMetricReader.Configuration {
    var configuration = PeriodicMetricReader.Configuration()
    configuration.interval = .milliseconds(200 + pick(4000))
    configuration.exportTimeout = .milliseconds(500 + pick(4000))
    configuration.maxExportBatchSize = 1 + pick(40)
    configuration.maxExportBatchBytes = 1024 + pick(2000)
    configuration.maxQueueBytes = 8192
    return configuration
  }
}
