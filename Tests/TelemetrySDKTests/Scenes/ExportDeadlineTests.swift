import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The export timeout (RULES 4.7.5).
@Suite(.ownThreads) struct ExportDeadlineTests {
  @Test("an export past its deadline is abandoned, and its later outcome is ignored")
  func abandoned() throws {
    let log = DiagnosticLog()
    let exporter = ScriptedExporter { _, _ in
      for _ in 0..<40 { await TelemetryLoop.current?.sleepThrough(.seconds(1)) }
      return .success
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop, diagnostics: log.diagnostics)
      processor.onEnd(Thing(number: 1))
      let report = await processor.forceFlush(within: .seconds(60))
      #expect(report.isComplete && report.lost == 1)
      #expect(report.ledger.dropped == [.timeout: 1])
      #expect(loop.now == .init(nanoseconds: 30_100_000_000))
      #expect(exporter.deadlines == [Deadline(.init(nanoseconds: 30_000_000_000))])
      // The abandoned call still runs: the bytes count, but the slot is free.
      processor.onEnd(Thing(number: 2))
      #expect(processor.itemBytes == 200)
      let second = await processor.forceFlush(within: .seconds(1))
      #expect(!second.isComplete)
      await loop.sleep(.seconds(20))
      #expect(processor.ledger.dropped == [.timeout: 1])
      #expect(processor.ledger.isBalanced)
      _ = await processor.shutdown(within: .seconds(1))
    }
    #expect(log.messages.contains("an export ended after it had been given up"))
    #expect(exporter.batches == [[1], [2]] && exporter.maxRunning == 2)
  }

  private static let givenUp =
    "an export is given up: the exporter didn't return after its deadline and its cancellation"

  @Test("an exporter that always hangs is called a few more times, then items wait in the queue")
  func hangsForEver() throws {
    let log = DiagnosticLog()
    let gate = Promise<Void>()
    let exporter = ScriptedExporter { _, _ in
      await gate.value
      return .success
    }
    let configuration = BatchConfiguration {
      $0.maxExportBatchSize = 1
      $0.exportTimeout = .seconds(1)
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: configuration, loop: loop, diagnostics: log.diagnostics)
      for number in 0..<20 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.seconds(600))
      #expect(exporter.numbers == Array(0..<5) && exporter.maxRunning == 5)
      #expect(processor.ledger.dropped == [.timeout: 5] && processor.ledger.queued == 15)
      #expect(processor.itemBytes == 2000)
      // The calls return, so the exporter is used again, without overlapping calls.
      gate.fulfil(())
      await loop.sleep(.seconds(1))
      #expect(processor.ledger.exported == 15 && processor.ledger.isBalanced && processor.itemBytes == 0)
      _ = await processor.shutdown(within: .seconds(1))
    }
    let events = log.all.filter { $0.message == Self.givenUp }
    #expect(!events.isEmpty && events[0].level == .warning)
    #expect(log.fields(Self.givenUp) == ["lost": "1", "hangingCalls": "1"])
  }

  /// An exporter that applies the export timeout and never ends before the deadline.
  private final class PatientExporter: LoopExporter {
    let calls = Mutex<[(timeout: Duration, deadline: Deadline)]>([])
    let expedites = Mutex<[Deadline]>([])
    var appliesExportTimeout: Bool { true }

    func export(_ batch: Batch<Thing>, deadline: Deadline) async -> ExportOutcome {
      .failure(SystemError(call: "not this one", code: 1))
    }

    func export(_ batch: consuming Batch<Thing>, timeout: Duration, deadline: Deadline) async -> ExportOutcome {
      let count = batch.count
      calls.withLock { $0.append((timeout, deadline)) }
      let slept = await TelemetryLoop.current?.sleep(until: deadline)
      return ExportOutcome(dropped: [slept == true ? .unreachable : .shutdown: count])
    }

    func expedite(deadline: Deadline) async { expedites.withLock { $0.append(deadline) } }
  }

  @Test("an exporter that applies the export timeout gets a deadline only from a shutdown")
  func appliesTimeout() throws {
    let exporter = PatientExporter()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop, diagnostics: .silent)
      processor.onEnd(Thing(number: 1))
      let flush = await processor.forceFlush(within: .seconds(10))
      #expect(!flush.isComplete && loop.now == .init(nanoseconds: 10_000_000_000))
      await loop.sleep(.seconds(86_400))
      #expect(processor.ledger.inFlight == 1)
      processor.onEnd(Thing(number: 2))
      let before = loop.now
      let report = await processor.shutdown(within: .seconds(4))
      // The running export is cancelled before the deadline; the other item has no time to be exported.
      #expect(loop.now - before == .milliseconds(3900))
      #expect(report.ledger.dropped == [.shutdown: 2] && report.ledger.isBalanced)
    }
    #expect(exporter.calls.withLock { $0.map(\.timeout) } == [.seconds(30)])
    #expect(exporter.calls.withLock { $0.map(\.deadline) } == [.never])
  }

  @Test("the exporter is expedited again for a flush that outlasts an earlier one")
  func expeditesAgain() throws {
    let exporter = PatientExporter()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop, diagnostics: .silent)
      processor.onEnd(Thing(number: 1))
      async let short = processor.forceFlush(within: .seconds(1))
      async let long = processor.forceFlush(within: .seconds(9))
      _ = await (short, long)
      #expect(loop.now == .init(nanoseconds: 9_000_000_000))
      await loop.sleep(.seconds(60))
      _ = await processor.shutdown(within: .zero)
    }
    let seconds = exporter.expedites.withLock { $0.map { $0.instant.nanoseconds / 1_000_000_000 } }
    #expect(Set(seconds.prefix(2)) == [1, 9] || seconds.prefix(3) == [1, 1, 9], "\(seconds)")
    #expect(seconds.filter { $0 == 9 }.count == 1 && seconds.last == 69)
  }

  @Test("the outcome of an exporter that respects its deadline counts")
  func respectsDeadline() throws {
    let exporter = ScriptedExporter { batch, deadline in
      // A little late, as a real exporter is.
      await TelemetryLoop.current?.sleep(until: Deadline(deadline.instant + .milliseconds(20)))
      return ExportOutcome(dropped: [.unreachable: batch.count])
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.exportTimeout = .seconds(2) }, loop: loop)
      processor.onEnd(Thing(number: 1))
      let report = await processor.forceFlush(within: .seconds(60))
      #expect(report.ledger.dropped == [.unreachable: 1])
      _ = await processor.shutdown(within: .seconds(1))
    }
  }
}
