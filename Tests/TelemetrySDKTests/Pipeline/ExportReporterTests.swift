import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The diagnostic events of exports: first failure and recovery, but no event for each batch or item (RULES 4.12).
@Suite(.ownThreads) struct ExportReporterTests {
  /// Processes 20,000 items within a minute, each in an export.
  /// - Returns: The diagnostic events.
  private static func lines(_ outcome: @escaping @Sendable (Int) -> ExportOutcome) throws -> [DiagnosticEvent] {
    let log = DiagnosticLog()
    let exporter = ScriptedExporter { batch, _ in outcome(batch[0].number) }
    try onVirtualLoop { loop in
      let processor = SimpleProcessor(exporter: exporter, loop: loop, diagnostics: log.diagnostics)
      for round in 0..<20 {
        for number in 0..<1000 { processor.onEnd(Thing(number: round * 1000 + number)) }
        _ = await processor.forceFlush(within: .seconds(1))
        await loop.sleep(.seconds(2))
      }
      #expect(await processor.shutdown(within: .seconds(1)).ledger.ended == 20_000)
    }
    #expect(exporter.batches.count == 20_000)
    return log.all
  }

  private static let failure = ExportOutcome.failure(ExportMessage(description: "no"))

  @Test("an exporter that always fails causes one warning and few events (trap 24)")
  func alwaysFailing() throws {
    let lines = try Self.lines { _ in Self.failure }
    #expect(lines.count <= 10)
    #expect(lines[0].message == "export fails" && lines.count { $0.level >= .warning } == 1)
  }

  @Test("alternating failures and successes cause few events (trap 24)")
  func flapping() throws {
    let lines = try Self.lines { $0 % 2 == 0 ? Self.failure : .success }
    #expect(lines.count <= 10)
    #expect(lines.prefix(2).map(\.message) == ["export fails", "export works again"])
  }

  @Test("rejections cause few events (trap 24)")
  func rejections() throws {
    let lines = try Self.lines { _ in .partial(rejected: 1, message: "too old") }
    #expect(lines.count <= 10)
    #expect(lines[0].message == "the receiver rejected items" && lines[0].level == .warning)
  }

  @Test("outcomes that don't account for their batch cause few events (trap 24)")
  func unsound() throws {
    let lines = try Self.lines { _ in ExportOutcome() }
    #expect(lines.count <= 15)  // of three kinds
  }

  @Test("recovery is reported even if the server rejects items")
  func rejectionsEndAFailure() throws {
    let lines = try Self.lines { $0 < 3 ? Self.failure : .partial(rejected: 1, message: "too old") }
    let warnings = lines.filter { $0.level >= .warning }
    #expect(warnings.prefix(3).map(\.message) == ["export fails", "export works again", "the receiver rejected items"])
    #expect(warnings[1].fields.map(\.value) == ["3", "3"])
  }

  @Test("an event counts the suppressed events before it")
  func leftOut() throws {
    let log = DiagnosticLog()
    let exporter = ScriptedExporter { _, _ in .partial(rejected: 1, message: "too old") }
    try onVirtualLoop { loop in
      let processor = SimpleProcessor(exporter: exporter, loop: loop, diagnostics: log.diagnostics)
      for number in 0..<30 {
        processor.onEnd(Thing(number: number))
        _ = await processor.forceFlush(within: .seconds(1))
        if number == 28 { await loop.sleep(.seconds(61)) }
      }
      _ = await processor.shutdown(within: .seconds(1))
    }
    #expect(log.all.count == 6)
    #expect(log.all.last?.fields.last?.value == "and 24 more of these")
  }

  @Test("only the first failure after a success and the recovery are warnings, with counts")
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
