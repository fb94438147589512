import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Kinds that may become more.
@Suite(.ownThreads) struct OpenKindTests {
  @Test func dropReasonsHaveNames() {
    let names = DropReason.allCases.map(\.rawValue)
    #expect(
      names == [
        "queueFull", "byteBudget", "timeout", "shutdown", "afterShutdown", "tooLarge", "refused", "unreachable",
        "exporterFailed",
      ])
    #expect(names.map { DropReason(rawValue: $0) } == DropReason.allCases)
    #expect(DropReason(rawValue: "other") == nil && Set(DropReason.allCases).count == names.count)
    #expect(DropReason.allCases.map(\.description) == names)
    let isTimeout =
      switch DropReason.timeout {
      case .queueFull: false
      case .timeout: true
      default: false
      }
    #expect(isTimeout)
  }

  @Test func policiesAndInstrumentsPrintThemselves() {
    #expect("\(OverflowPolicy.dropOldest)" == "dropOldest" && OverflowPolicy.dropNewest != .dropOldest)
    #expect("\(OverflowPolicy.block(upTo: .seconds(1)))" == "block(upTo: 1.0 seconds)")
    #expect("\(SelfMetrics.Instrument.upDownCounter)" == "upDownCounter")
    #expect(SelfMetrics.Item.log.rawValue == "log" && SelfMetrics.Item.metricDataPoint.unit == "{data_point}")
  }

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
