import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

private func at(_ seconds: Int) -> MonotonicInstant { .init(nanoseconds: Int64(seconds) * 1_000_000_000) }

/// Pain 31: a connection that died in silence is found before the next call is sent on it.
@Suite(.ownThreads) struct IdleProbeTests {
  private static let limit = Duration.seconds(30)

  @Test(
    "only a silence of the limit is a reason to ask, and only once", arguments: [(29, false), (30, true), (5000, true)])
  func rest(seconds: Int, asks: Bool) {
    var watch = IdleProbe(limit: Self.limit, at: at(0))
    let first = watch.callBegins(at: at(seconds))
    let second = watch.callBegins(at: at(seconds + 1000))
    #expect(first == asks)
    #expect(!second, "calls may be open since")
  }

  @Test("silence counts from the last time that the timer found no call")
  func timer() {
    var watch = IdleProbe(limit: Self.limit, at: at(0))
    let answers = [
      watch.callBegins(at: at(1)), watch.timerFired(at: at(11), late: .zero, hasCalls: true),
      watch.callBegins(at: at(100)),  // a call was open
      watch.timerFired(at: at(110), late: .zero, hasCalls: false), watch.callBegins(at: at(139)),
      watch.timerFired(at: at(149), late: .zero, hasCalls: false), watch.callBegins(at: at(179)),
    ]
    #expect(answers == [false, false, false, false, false, false, true])
  }

  @Test(
    "a timer that is late by the limit: the process stood still", arguments: [(29, false), (30, true), (100_000, true)])
  func stop(late: Int, asks: Bool) {
    var idle = IdleProbe(limit: Self.limit, at: at(0))
    let idleAsks = idle.timerFired(at: at(10 + late), late: .seconds(late), hasCalls: false)
    let nextAsks = idle.callBegins(at: at(11 + late))
    #expect(!idleAsks, "nobody waits")
    #expect(nextAsks == asks)
    var busy = IdleProbe(limit: Self.limit, at: at(0))
    let busyAsks = busy.timerFired(at: at(10 + late), late: .seconds(late), hasCalls: true)
    let asksAgain = busy.timerFired(at: at(20 + late), late: .zero, hasCalls: true)
    #expect(busyAsks == asks)
    #expect(!asksAgain, "it was asked already")
  }

  @Test("a call gives at most half of its time to the question")
  func patience() {
    #expect(IdleProbe.patience(left: .seconds(10)) == .seconds(3))
    #expect(IdleProbe.patience(left: .seconds(1)) == .milliseconds(500))
    #expect(IdleProbe.patience(left: .zero) == .zero)
  }

  @Test("keepalive: a probe has its own time, holds calls until any byte comes, and is the end without")
  func probe() {
    var keepalive = Keepalive(nil, at: at(0))
    #expect(keepalive.isDone)
    #expect(keepalive.check(at: at(1000), hasCalls: true) == .rest)
    #expect(keepalive.probe(at: at(10), within: .seconds(3)) == .ping(answerBy: at(13)))
    #expect(keepalive.isProbing && !keepalive.isDone)
    var dead = keepalive
    #expect(dead.check(at: at(12), hasCalls: true) == .wait(until: at(13)))
    #expect(dead.check(at: at(13), hasCalls: true) == .dead)
    #expect(dead.complaint == "no answer to a ping after a silence")
    keepalive.heard(at: at(11))
    #expect(!keepalive.isProbing && keepalive.isDone && !keepalive.isOverdue(at: at(13)))
    // A PING of keepalive that waits longer is given no more time than the probe.
    var both = Keepalive(KeepaliveConfiguration(interval: .seconds(10)), at: at(0))
    #expect(both.check(at: at(10), hasCalls: true) == .ping(answerBy: at(30)))
    #expect(both.probe(at: at(11), within: .seconds(3)) == .ping(answerBy: at(14)))
    both.heard(at: at(12))
    #expect(both.check(at: at(12), hasCalls: true) == .wait(until: at(22)))
  }
}

@Suite(.ownThreads) struct SilenceConnectionTests {
  private static var configuration: HTTP2Configuration {
    var configuration = HTTP2Configuration()
    configuration.probeAfter = .seconds(30)
    return configuration
  }

  @Test("after a silence the call waits for the answer to a PING, then goes out; no PING while calls follow each other")
  func answered() throws {
    try withPair(configuration: Self.configuration) { pair in
      await pair.simulation.sleep(.seconds(60))
      let call = pair.request(within: .seconds(10))
      while await pair.peer.count(Frame.ping) < 1 { await pair.simulation.sleep(.milliseconds(10)) }
      let second = pair.request(within: .seconds(10))
      await pair.simulation.sleep(.seconds(1))
      #expect(await pair.peer.count(Frame.headers) == 0, "not before the answer")
      await pair.peer.send(FramePeer.windowUpdate(0, 1))  // any byte is one
      await pair.peer.request(1)
      await pair.peer.answer(1)
      await pair.peer.request(3)
      await pair.peer.answer(3)
      #expect(await call.value.failure == nil)
      #expect(await second.value.failure == nil)
      for stream in stride(from: UInt32(5), to: 15, by: 2) {
        await pair.simulation.sleep(.seconds(25))
        let next = pair.request(within: .seconds(10))
        await pair.peer.request(stream)
        await pair.peer.answer(stream)
        #expect(await next.value.failure == nil)
      }
      #expect(await pair.peer.count(Frame.ping) == 1)
    }
  }

  @Test("without an answer the call was never sent, and finds another connection in time", arguments: [10, 2])
  func dead(seconds: Int) throws {
    try withPair(configuration: Self.configuration) { pair in
      await pair.simulation.sleep(.seconds(60))
      let start = pair.simulation.now
      let response = await pair.request(within: .seconds(seconds)).value
      #expect(response.failure == .notAccepted)
      #expect(response.fate == .neverProcessed)
      #expect(pair.simulation.now - start <= IdleProbe.patience(left: .seconds(seconds)) + .milliseconds(1))
      #expect(await pair.peer.count(Frame.headers) == 0)
      #expect(pair.events.all == [.closed(.unresponsive("no answer to a ping after a silence"))])
    }
  }

  @Test("a connection at rest arms no timer")
  func rest() throws {
    try withPair(configuration: Self.configuration) { pair in
      await pair.simulation.sleep(.seconds(300))
      #expect(await pair.peer.count(Frame.ping) == 0)
      #expect(await pair.connection.acceptsRequests)
    }
  }
}
