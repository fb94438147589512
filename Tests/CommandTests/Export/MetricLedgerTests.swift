import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct MetricLedgerTests {
  @Test func countsAreBalancedAtEachStep() {
    var counts = MetricLedger()
    counts.took(600)
    #expect(counts.ledger.queued == 600 && counts.ledger.isBalanced)
    counts.exportBegan(512)
    #expect(counts.ledger.inFlight == 512 && counts.ledger.isBalanced)
    var outcome = ExportOutcome()
    outcome.exported = 500
    outcome.rejected = 12
    outcome.attempts = 2
    counts.exportEnded(512, outcome)
    #expect(counts.ledger.exported == 500 && counts.ledger.attempts == 2 && counts.ledger.isBalanced)
    #expect(!counts.isSettled)
    counts.exportBegan(88)
    #expect(counts.ledger.exports == 2)
  }

  @Test func whatIsUnsettledAtTheEndIsDroppedAndLaterOutcomesAreIgnored() {
    var counts = MetricLedger()
    counts.took(600)
    counts.exportBegan(512)
    let final = counts.close()
    #expect(final.ended == 600)
    #expect(final.dropped == [.shutdown: 600])
    #expect(final.queued == 0 && final.inFlight == 0 && final.isBalanced)
    counts.exportEnded(512, ExportOutcome(dropped: [.timeout: 512]))
    counts.took(3)
    counts.exportBegan(3)
    #expect(counts.ledger == final)
  }
}
