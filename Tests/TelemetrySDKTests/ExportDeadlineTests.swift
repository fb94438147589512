import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The export timeout (4.7.5) and outcomes that don't add up.
@Suite(.ownThreads) struct ExportDeadlineTests {
  @Test("an exporter that ignores its deadline is abandoned; what it says later changes nothing")
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
      // Its call is still running: its memory counts, but its place is another's.
      processor.onEnd(Thing(number: 2))
      #expect(processor.bytesHeld == 200)
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

  @Test("an exporter that hangs each time is called a few times more, then what it can't take waits in the queue")
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
      #expect(processor.bytesHeld == 2000)
      // Its calls return: it is used again, one call at a time.
      gate.fulfil(())
      await loop.sleep(.seconds(1))
      #expect(processor.ledger.exported == 15 && processor.ledger.isBalanced && processor.bytesHeld == 0)
      _ = await processor.shutdown(within: .seconds(1))
    }
    let said = log.all.filter { $0.message == Self.givenUp }
    #expect(!said.isEmpty && said[0].level == .warning)
    #expect(log.fields(Self.givenUp) == ["lost": "1", "hangingCalls": "1"])
  }

  /// Applies the export timeout itself, and would take for ever.
  private final class PatientExporter: LoopExporter {
    let calls = Mutex<[(timeout: Duration, deadline: Deadline)]>([])
    let told = Mutex<[Deadline]>([])
    var appliesExportTimeout: Bool { true }

    func export(_ batch: [Thing], deadline: Deadline) async -> ExportOutcome {
      .failure(SystemError(call: "not this one", code: 1))
    }

    func export(_ batch: consuming [Thing], timeout: Duration, deadline: Deadline) async -> ExportOutcome {
      let count = batch.count
      calls.withLock { $0.append((timeout, deadline)) }
      let slept = await TelemetryLoop.current?.sleep(until: deadline)
      return ExportOutcome(dropped: [slept == true ? .unreachable : .shutdown: count])
    }

    func expedite(deadline: Deadline) async { told.withLock { $0.append(deadline) } }
  }

  @Test("an exporter that applies the export timeout gets it, and no end but shutdown's")
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
      // Cancelled when time for its own end is left; the other has no time to begin.
      #expect(loop.now - before == .milliseconds(3900))
      #expect(report.ledger.dropped == [.shutdown: 2] && report.ledger.isBalanced)
    }
    #expect(exporter.calls.withLock { $0.map(\.timeout) } == [.seconds(30)])
    #expect(exporter.calls.withLock { $0.map(\.deadline) } == [.never])
  }

  @Test("a flush that goes on after the end of an earlier one has the exporter told again")
  func toldAgain() throws {
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
    let seconds = exporter.told.withLock { $0.map { $0.instant.nanoseconds / 1_000_000_000 } }
    #expect(Set(seconds.prefix(2)) == [1, 9] || seconds.prefix(3) == [1, 1, 9], "\(seconds)")
    #expect(seconds.filter { $0 == 9 }.count == 1 && seconds.last == 69)
  }

  @Test("an exporter that heeds its deadline, or its cancellation, is asked for the reason")
  func heeded() throws {
    let exporter = ScriptedExporter { batch, deadline in
      // A little late, as real ones are.
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

  @Test(
    "an outcome that doesn't account for its batch is corrected, and said",
    arguments: [
      (ExportOutcome(exported: 3), 3, [DropReason.exporterFailed: 7]),
      (ExportOutcome(exported: 20), 10, [:]),
      (ExportOutcome(exported: -4, dropped: [.refused: 4]), 0, [.refused: 4, .exporterFailed: 6]),
      (ExportOutcome(exported: 8, dropped: [.refused: 8]), 2, [.refused: 8]),
      (ExportOutcome(), 0, [.exporterFailed: 10]),
      (ExportOutcome(exported: .max, rejected: .max), 0, [:]),
      (
        ExportOutcome(exported: 10, rejected: .max, dropped: [.refused: .max, .timeout: 3]), 0,
        [.timeout: 3, .refused: 7]
      ),
      (ExportOutcome(exported: .min, rejected: .min, dropped: [.refused: .min]), 0, [.exporterFailed: 10]),
      (ExportOutcome(exported: 10, possibleDuplicates: .max), 10, [:]),
      (ExportOutcome(exported: 10, possibleDuplicates: -1), 10, [:]),
      (ExportOutcome(exported: 10, attempts: .min), 10, [:]),
    ])
  func unbalanced(_ outcome: ExportOutcome, _ exported: Int, _ dropped: [DropReason: Int]) throws {
    let log = DiagnosticLog()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: ScriptedExporter { _, _ in outcome }, loop: loop, diagnostics: log.diagnostics)
      for number in 0..<10 { processor.onEnd(Thing(number: number)) }
      let ledger = await processor.shutdown(within: .seconds(1)).ledger
      #expect(ledger.isBalanced && ledger.exported == exported)
      #expect(ledger.dropped.filter { $0.value > 0 } == dropped)
    }
    #expect(log.messages.contains("an exporter's outcome doesn't account for its batch"))
  }

  @Test func shorthandsCountTheWholeBatch() throws {
    let exporter = ScriptedExporter { batch, _ in
      switch batch[0].number {
      case 0: .success
      case 1: .failure(SystemError(call: "write", code: 32))
      default: .partial(rejected: 1, message: "too old")
      }
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.maxExportBatchSize = 1 }, loop: loop, diagnostics: .silent)
      for number in 0..<3 { processor.onEnd(Thing(number: number)) }
      let report = await processor.shutdown(within: .seconds(1))
      #expect(report.ledger.exported == 1 && report.ledger.rejected == 1)
      #expect(report.ledger.dropped == [.exporterFailed: 1] && report.lost == 2)
    }
  }

  @Test("the first failure after success and the recovery are said, with counts; the rest isn't")
  func failureMessages() throws {
    let log = DiagnosticLog()
    let exporter = ScriptedExporter { batch, _ in
      (10..<60).contains(batch[0].number)
        ? ExportOutcome(
          dropped: [.unreachable: 1], attempts: 3, error: SystemError(call: "connect", code: 111)) : .success
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.maxExportBatchSize = 1 }, loop: loop,
        diagnostics: log.diagnostics)
      for number in 0..<100 { processor.onEnd(Thing(number: number)) }
      _ = await processor.shutdown(within: .seconds(1))
    }
    let warnings = log.all.filter { $0.level >= .warning }.map(\.message)
    #expect(warnings == ["export fails", "export works again"])
    #expect(log.fields("export fails")["error"]?.hasPrefix("connect:") == true)
    #expect(log.fields("export works again") == ["failedBatches": "50", "lost": "50"])
  }
}

extension TelemetryLoop {
  /// Sleeps even if the task is cancelled.
  func sleepThrough(_ duration: Duration) async {
    let promise = Promise<Bool>()
    schedule(at: Deadline(now + duration)) { promise.fulfil(true) }
    _ = await promise.value
  }
}
