import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// The balance of the ledger over random interleavings of producers, failures, flushes and shutdowns.
@Suite(.ownThreads) struct ConservationTests {
  @Test("the ledger stays balanced for random producers, outcomes, flushes and shutdowns", arguments: 0..<40)
  func processor(_ seed: Int) throws {
    let random = SharedRandom(seed)
    let pick: @Sendable (Int) -> Int = { random.next($0) }
    let exporter = ScriptedExporter(maxConcurrentExports: 1 + pick(3)) { batch, deadline in
      switch pick(8) {
      case 0: await TelemetryLoop.current?.sleep(until: deadline)
      case 1: await TelemetryLoop.current?.sleepThrough(.seconds(pick(20)))
      default: await TelemetryLoop.current?.sleep(.milliseconds(pick(400)))
      }
      let lost = pick(3) == 0 ? pick(batch.count + 1) : 0
      return ExportOutcome(exported: batch.count - lost, dropped: [.refused: lost], attempts: 1)
    }
    let policies: [OverflowPolicy] = [.dropNewest, .dropOldest, .block(upTo: .seconds(1))]
    let configuration = BatchConfiguration {
      $0.maxQueueSize = 50
      $0.maxExportBatchSize = 10
      $0.scheduleDelay = .milliseconds(300)
      $0.exportTimeout = .seconds(2)
      $0.overflow = policies[pick(3)]
      $0.maxQueueBytes = 6000
      $0.maxExportBatchBytes = 1024
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: configuration, loop: loop, diagnostics: .silent)
      let ended = Counter()
      let producers = 3
      let done = Promise<Bool>()
      let finished = Counter()
      for _ in 0..<producers {
        Task(executorPreference: loop) {
          for _ in 0..<60 {
            for _ in 0..<pick(20) { processor.onEnd(Thing(number: ended.increment())) }
            #expect(processor.ledger.isBalanced, "seed \(seed)")
            #expect(processor.itemBytes <= 6000)
            ProcessorMetricsTests.check(processor, "seed \(seed)")
            await loop.sleep(.milliseconds(pick(200)))
            if pick(10) == 0 {
              let report = await processor.forceFlush(within: .milliseconds(pick(4000)))
              #expect(report.ledger.isBalanced)
            }
          }
          if finished.increment() == producers { done.fulfil(true) }
        }
      }
      if pick(2) == 0 { _ = await done.value } else { await loop.sleep(.seconds(3)) }
      let before = loop.now
      let limit = Duration.milliseconds(pick(5000))
      let ledger = await processor.shutdown(within: limit).ledger
      #expect(loop.now - before <= limit)
      #expect(ledger.isBalanced && ledger.queued == 0 && ledger.inFlight == 0, "seed \(seed)")
      _ = await done.value
      await loop.sleep(.seconds(60))
      let end = processor.ledger
      #expect(end.isBalanced && end.exported == ledger.exported, "late outcomes are ignored; seed \(seed)")
      #expect(processor.itemBytes == 0)
      ProcessorMetricsTests.check(processor, "seed \(seed)")
    }
    #expect(Set(exporter.numbers).count == exporter.numbers.count, "exported twice; seed \(seed)")
  }
}

final class SharedRandom: Sendable {
  private let random: Mutex<SeededRandom>
  init(_ seed: Int) { random = Mutex(SeededRandom(seed: UInt64(seed))) }
  func next(_ bound: Int) -> Int { random.withLock { $0.next(bound) } }
}
