import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct DropReasonTests {
  @Test("reasons have unique names")
  func names() {
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
}
