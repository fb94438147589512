import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct KeepaliveThrottleTests {
  @Test("only a GOAWAY with too_many_pings doubles the interval of new connections (5.7.6)")
  func doubled() {
    let pace = KeepaliveThrottle(KeepaliveConfiguration(interval: .seconds(60)))
    #expect(pace.goAwayReceived(code: 0, debug: "too_many_pings") == nil)
    #expect(pace.goAwayReceived(code: 11, debug: "calm down") == nil)
    #expect(pace.configuration?.interval == .seconds(60))
    #expect(pace.goAwayReceived(code: 11, debug: "too_many_pings") == .seconds(120))
    #expect(pace.goAwayReceived(code: 11, debug: "too_many_pings") == .seconds(240))
    #expect(pace.configuration?.interval == .seconds(240))
    #expect(KeepaliveThrottle(nil).goAwayReceived(code: 11, debug: "too_many_pings") == nil)
    let silent = KeepaliveThrottle(nil, probeAfter: .seconds(30))
    #expect(silent.goAwayReceived(code: 11, debug: "too_many_pings") == .seconds(60))
    #expect(silent.probeAfter == .seconds(60))
    let both = KeepaliveThrottle(KeepaliveConfiguration(interval: .seconds(10)), probeAfter: .seconds(30))
    #expect(both.goAwayReceived(code: 11, debug: "too_many_pings") == .seconds(20))
    #expect(both.probeAfter == .seconds(60))
    for _ in 0..<200 { _ = both.goAwayReceived(code: 11, debug: "too_many_pings") }
    #expect(both.configuration?.interval == .seconds(86_400))
    #expect(both.probeAfter == .seconds(86_400))
  }
}
