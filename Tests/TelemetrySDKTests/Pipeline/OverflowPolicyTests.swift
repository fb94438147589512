import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct OverflowPolicyTests {
  @Test("policies print as in source code")
  func descriptions() {
    #expect("\(OverflowPolicy.dropOldest)" == "dropOldest" && OverflowPolicy.dropNewest != .dropOldest)
    #expect("\(OverflowPolicy.block(upTo: .seconds(1)))" == "block(upTo: 1.0 seconds)")
  }
}
