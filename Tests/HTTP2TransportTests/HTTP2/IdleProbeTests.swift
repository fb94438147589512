import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

private func at(_ seconds: Int) -> MonotonicInstant { .init(nanoseconds: Int64(seconds) * 1_000_000_000) }

/// A connection that died in silence is found before it carries the next request (pain 31).
@Suite(.ownThreads) struct IdleProbeTests {
  private static let limit = Duration.seconds(30)

  @Test(
    "only a silence of the limit leads to a probe, and only once", arguments: [(29, false), (30, true), (5000, true)])
  func rest(seconds: Int, asks: Bool) {
    var probe = IdleProbe(limit: Self.limit, at: at(0))
    let first = probe.requestBegan(at: at(seconds))
    let second = probe.requestBegan(at: at(seconds + 1000))
    #expect(first == asks)
    #expect(!second, "calls may be open since")
  }

  @Test("silence counts from the last time that the timer found no request")
  func timer() {
    var probe = IdleProbe(limit: Self.limit, at: at(0))
    let answers = [
      probe.requestBegan(at: at(1)), probe.timerFired(at: at(11), late: .zero, hasRequests: true),
      probe.requestBegan(at: at(100)),  // a call was open
      probe.timerFired(at: at(110), late: .zero, hasRequests: false), probe.requestBegan(at: at(139)),
      probe.timerFired(at: at(149), late: .zero, hasRequests: false), probe.requestBegan(at: at(179)),
    ]
    #expect(answers == [false, false, false, false, false, false, true])
  }

  @Test(
    "a timer that is late by the limit leads to a probe, because the process stood still",
    arguments: [(29, false), (30, true), (100_000, true)])
  func stop(late: Int, asks: Bool) {
    var idle = IdleProbe(limit: Self.limit, at: at(0))
    let idleAsks = idle.timerFired(at: at(10 + late), late: .seconds(late), hasRequests: false)
    let nextAsks = idle.requestBegan(at: at(11 + late))
    #expect(!idleAsks, "nobody waits")
    #expect(nextAsks == asks)
    var busy = IdleProbe(limit: Self.limit, at: at(0))
    let busyAsks = busy.timerFired(at: at(10 + late), late: .seconds(late), hasRequests: true)
    let asksAgain = busy.timerFired(at: at(20 + late), late: .zero, hasRequests: true)
    #expect(busyAsks == asks)
    #expect(!asksAgain, "it was asked already")
  }

  @Test("a probe takes at most half of the request's time")
  func patience() {
    #expect(IdleProbe.patience(left: .seconds(10)) == .seconds(3))
    #expect(IdleProbe.patience(left: .seconds(1)) == .milliseconds(500))
    #expect(IdleProbe.patience(left: .zero) == .zero)
  }

  @Test("a probe has its own timeout, holds requests until any byte arrives, and otherwise ends the connection")
  func probe() {
    var keepalive = KeepaliveStateMachine(nil, at: at(0))
    #expect(keepalive.isDone)
    #expect(keepalive.timePassed(at: at(1000), hasCalls: true) == .rest)
    #expect(keepalive.probeRequested(at: at(10), within: .seconds(3)) == .ping(answerBy: at(13)))
    #expect(keepalive.isProbing && !keepalive.isDone)
    var dead = keepalive
    #expect(dead.timePassed(at: at(12), hasCalls: true) == .wait(until: at(13)))
    #expect(dead.timePassed(at: at(13), hasCalls: true) == .giveUp)
    #expect(dead.complaint == "no answer to a ping after a silence")
    keepalive.bytesReceived(at: at(11))
    #expect(!keepalive.isProbing && keepalive.isDone && !keepalive.isOverdue(at: at(13)))
    // A PING of keepalive that waits longer is given no more time than the probe.
    var both = KeepaliveStateMachine(KeepaliveConfiguration(interval: .seconds(10)), at: at(0))
    #expect(both.timePassed(at: at(10), hasCalls: true) == .ping(answerBy: at(30)))
    #expect(both.probeRequested(at: at(11), within: .seconds(3)) == .ping(answerBy: at(14)))
    both.bytesReceived(at: at(12))
    #expect(both.timePassed(at: at(12), hasCalls: true) == .wait(until: at(22)))
  }
}
