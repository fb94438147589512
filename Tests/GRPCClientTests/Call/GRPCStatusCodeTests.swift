import HTTP2Transport
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct GRPCStatusCodeTests {
  @Test("codes have their names, and unknown ones are UNKNOWN")
  func names() {
    #expect(GRPCStatusCode.unavailable.description == "UNAVAILABLE")
    #expect(GRPCStatusCode(rawValue: 99) == .unknown)
    #expect((0...16).map { GRPCStatusCode(rawValue: $0).name }.count == 17)
  }
}
