import SwiftOTLP
import TestThreads
import Testing

@Suite(.ownThreads) struct TelemetryReportTests {
  private func report(exported: Int, dropped: Int = 0, isComplete: Bool = true) -> FlushReport {
    var ledger = Ledger()
    ledger.ended = exported + dropped
    ledger.exported = exported
    if dropped > 0 { ledger.dropped[.timeout] = dropped }
    return FlushReport(isComplete: isComplete, lost: dropped, ledger: ledger)
  }

  @Test func theTotalIsTheSumOverTheSignals() {
    let report = TelemetryReport([.logs: report(exported: 2, dropped: 1), .traces: report(exported: 3)])
    #expect(report.total.ledger.exported == 5 && report.lost == 1 && report.isComplete && !report.isDelivered)
    #expect(report.ledger.isBalanced && report.traces.ledger.exported == 3)
    #expect(report.description == "traces: exported 3, dropped 0; logs: exported 2, dropped 1 (timeout 1)")
  }

  @Test func oneIncompleteSignalMakesTheTotalIncomplete() {
    let report = TelemetryReport([.metrics: report(exported: 1, isComplete: false), .traces: report(exported: 1)])
    #expect(!report.isComplete && !report.isDelivered && report.lost == 0)
    #expect(TelemetryReport([:]).isDelivered && TelemetryReport([:]).traces == .empty)
  }
}
