import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// What a processor says of its exports: first failure, recovery, and no line for each batch or item (4.12).
@Suite(.ownThreads) struct DiagnosticsTests {
  /// One item at a time through a simple processor, 20,000 of them within a minute; what is said.
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

  @Test("trap 24: an exporter that always fails: the first failure is a warning, then little")
  func alwaysFailing() throws {
    let lines = try Self.lines { _ in Self.failure }
    #expect(lines.count <= 10)
    #expect(lines[0].message == "export fails" && lines.count { $0.level >= .warning } == 1)
  }

  @Test("trap 24: failure and success in turn don't make a line for each")
  func flapping() throws {
    let lines = try Self.lines { $0 % 2 == 0 ? Self.failure : .success }
    #expect(lines.count <= 10)
    #expect(lines.prefix(2).map(\.message) == ["export fails", "export works again"])
  }

  @Test("trap 24: rejections don't make a line for each")
  func rejections() throws {
    let lines = try Self.lines { _ in .partial(rejected: 1, message: "too old") }
    #expect(lines.count <= 10)
    #expect(lines[0].message == "the receiver rejected items" && lines[0].level == .warning)
  }

  @Test("trap 24: nor do outcomes that don't account for their batch")
  func unsound() throws {
    let lines = try Self.lines { _ in ExportOutcome() }
    #expect(lines.count <= 15)  // of three kinds
  }

  @Test("a server that answers again is said to, even if it rejects some")
  func rejectionsEndAFailure() throws {
    let lines = try Self.lines { $0 < 3 ? Self.failure : .partial(rejected: 1, message: "too old") }
    let warnings = lines.filter { $0.level >= .warning }
    #expect(warnings.prefix(3).map(\.message) == ["export fails", "export works again", "the receiver rejected items"])
    #expect(warnings[1].fields.map(\.value) == ["3", "3"])
  }

  @Test("what was left out is counted by the next line")
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
}
