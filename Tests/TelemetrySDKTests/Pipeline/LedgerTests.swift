import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct LedgerTests {
  @Test("sums of ledgers saturate")
  func ledgers() {
    var ledger = Ledger()
    (ledger.ended, ledger.exported, ledger.attempts, ledger.dropped) = (.max, .max, .max, [.timeout: .max])
    let sum = ledger + ledger
    #expect(sum.attempts == .max && sum.dropped == [.timeout: .max] && sum.droppedTotal == .max && sum.isBalanced)
    ledger.exported = .min
    #expect((ledger + ledger).exported == .min && !ledger.description.isEmpty)
  }
}
