import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct ProgressTests {
  @Test func theLineHasTheCountsOfTheLedger() {
    var ledger = Ledger()
    ledger.exported = 500
    ledger.queued = 20
    ledger.inFlight = 12
    #expect(
      Progress.text(ledger, total: 1000, elapsed: .seconds(2)) == "2.0 s  exported 500 of 1000  250/s  waiting 32")
    ledger.dropped = [.queueFull: 3]
    #expect(Progress.text(ledger, total: nil, elapsed: .zero) == "0.0 s  exported 500  0/s  waiting 32  dropped 3")
  }
}
