import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct ExportOutcomeTests {
  @Test(
    "an outcome that doesn't account for its batch is corrected and reported",
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
}
