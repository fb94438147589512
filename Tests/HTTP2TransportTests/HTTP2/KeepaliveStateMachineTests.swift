import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

private func at(_ seconds: Int) -> MonotonicInstant { .init(nanoseconds: Int64(seconds) * 1_000_000_000) }

private func machine(withoutCalls: Bool = false) -> KeepaliveStateMachine {
  KeepaliveStateMachine(KeepaliveConfiguration(interval: .seconds(60), withoutCalls: withoutCalls), at: at(0))
}

@Suite(.ownThreads) struct KeepaliveStateMachineTests {
  @Test("the interval is 10 s at least, the timeout 20 s by default")  // RULES 5.7.2, 5.7.3
  func bounds() {
    #expect(KeepaliveConfiguration(interval: .seconds(1)).interval == .seconds(10))
    #expect(KeepaliveConfiguration(interval: .seconds(11)).interval == .seconds(11))
    #expect(KeepaliveConfiguration(interval: .seconds(60)).timeout == .seconds(20))
    #expect(!KeepaliveConfiguration(interval: .seconds(60)).withoutCalls)
    #expect(HTTP2Configuration().keepalive == nil)
  }

  @Test("without calls no PING is sent, unless the configuration asks for PINGs")  // RULES 5.7.4
  func rest() {
    var resting = machine()
    #expect(resting.timePassed(at: at(1000), hasCalls: false) == .rest)
    var awake = machine(withoutCalls: true)
    #expect(awake.timePassed(at: at(10), hasCalls: false) == .wait(until: at(60)))
    #expect(awake.timePassed(at: at(60), hasCalls: false) == .ping(answerBy: at(80)))
  }

  @Test("time counts from the last byte read, not from the last ping or from going active")  // RULES 5.7.5
  func fromLastRead() {
    var keepalive = machine()
    #expect(keepalive.timePassed(at: at(59), hasCalls: true) == .wait(until: at(60)))
    keepalive.bytesReceived(at: at(30))
    #expect(keepalive.timePassed(at: at(60), hasCalls: true) == .wait(until: at(90)))
    #expect(keepalive.timePassed(at: at(95), hasCalls: true) == .ping(answerBy: at(115)))
    keepalive.bytesReceived(at: at(96))
    #expect(keepalive.timePassed(at: at(115), hasCalls: true) == .wait(until: at(156)))
    // Idle for longer than the interval: the first call finds it due.
    #expect(keepalive.timePassed(at: at(500), hasCalls: true) == .ping(answerBy: at(520)))
  }

  @Test("a PING without an answer ends the connection, also without calls, and any byte is an answer")  // RULES 5.7.3
  func dead() {
    var keepalive = machine()
    #expect(keepalive.timePassed(at: at(60), hasCalls: true) == .ping(answerBy: at(80)))
    #expect(keepalive.timePassed(at: at(70), hasCalls: false) == .wait(until: at(80)))
    var alive = keepalive
    #expect(keepalive.timePassed(at: at(80), hasCalls: false) == .giveUp)
    alive.bytesReceived(at: at(79))
    #expect(!alive.isOverdue(at: at(80)))
    #expect(alive.timePassed(at: at(80), hasCalls: false) == .rest)
  }
}
