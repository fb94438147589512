import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

private func at(_ seconds: Int) -> MonotonicInstant { .init(nanoseconds: Int64(seconds) * 1_000_000_000) }

private func machine(withoutCalls: Bool = false) -> Keepalive {
  Keepalive(KeepaliveConfiguration(interval: .seconds(60), withoutCalls: withoutCalls), at: at(0))
}

@Suite(.ownThreads) struct KeepaliveTests {
  @Test("the interval is 10 s at least, the timeout 20 s by default")  // 5.7.2, 5.7.3
  func bounds() {
    #expect(KeepaliveConfiguration(interval: .seconds(1)).interval == .seconds(10))
    #expect(KeepaliveConfiguration(interval: .seconds(11)).interval == .seconds(11))
    #expect(KeepaliveConfiguration(interval: .seconds(60)).timeout == .seconds(20))
    #expect(!KeepaliveConfiguration(interval: .seconds(60)).withoutCalls)
    #expect(HTTP2Configuration().keepalive == nil)
  }

  @Test("without calls it rests, unless it shall not")  // 5.7.4
  func rest() {
    var resting = machine()
    #expect(resting.check(at: at(1000), hasCalls: false) == .rest)
    var awake = machine(withoutCalls: true)
    #expect(awake.check(at: at(10), hasCalls: false) == .wait(until: at(60)))
    #expect(awake.check(at: at(60), hasCalls: false) == .ping(answerBy: at(80)))
  }

  @Test("time counts from the last byte read, not from the last ping or from going active")  // 5.7.5
  func fromLastRead() {
    var keepalive = machine()
    #expect(keepalive.check(at: at(59), hasCalls: true) == .wait(until: at(60)))
    keepalive.heard(at: at(30))
    #expect(keepalive.check(at: at(60), hasCalls: true) == .wait(until: at(90)))
    #expect(keepalive.check(at: at(95), hasCalls: true) == .ping(answerBy: at(115)))
    keepalive.heard(at: at(96))
    #expect(keepalive.check(at: at(115), hasCalls: true) == .wait(until: at(156)))
    // Idle for longer than the interval: the first call finds it due.
    #expect(keepalive.check(at: at(500), hasCalls: true) == .ping(answerBy: at(520)))
  }

  @Test("a ping without an answer is the end, also when its calls have gone; any byte is an answer")  // 5.7.3
  func dead() {
    var keepalive = machine()
    #expect(keepalive.check(at: at(60), hasCalls: true) == .ping(answerBy: at(80)))
    #expect(keepalive.check(at: at(70), hasCalls: false) == .wait(until: at(80)))
    var alive = keepalive
    #expect(keepalive.check(at: at(80), hasCalls: false) == .dead)
    alive.heard(at: at(79))
    #expect(!alive.isOverdue(at: at(80)))
    #expect(alive.check(at: at(80), hasCalls: false) == .rest)
  }
}

@Suite(.ownThreads) struct KeepaliveConnectionTests {
  private static func configuration(withoutCalls: Bool = false) -> HTTP2Configuration {
    var configuration = HTTP2Configuration()
    configuration.keepalive = KeepaliveConfiguration(interval: .seconds(10), withoutCalls: withoutCalls)
    return configuration
  }

  @Test("a half-open connection is noticed after interval and timeout: the call is lost")  // 5.7.3
  func halfOpen() throws {
    try withPair(configuration: Self.configuration()) { pair in
      let start = pair.simulation.now
      let call = pair.request(within: .seconds(100))
      let response = await call.value
      let waited = pair.simulation.now - start
      #expect(waited > .seconds(29) && waited <= .seconds(30))
      #expect(response.fate == .unknown)
      guard case .connectionLost(let reason) = response.failure else { return #expect(Bool(false), "\(response)") }
      #expect(reason == "no answer to a keepalive ping within 20.0 seconds")
      #expect(await pair.peer.count(Frame.ping) == 1)
      #expect(await !pair.connection.acceptsRequests)
    }
  }

  @Test("any byte from the server keeps the connection: a slow answer arrives")
  func alive() throws {
    try withPair(configuration: Self.configuration()) { pair in
      let call = pair.request(within: .seconds(200))
      await pair.peer.request(1)
      for round in 1...5 {
        while await pair.peer.count(Frame.ping) < round { await pair.simulation.sleep(.milliseconds(100)) }
        // Not the answer to the PING, but a byte.
        await pair.peer.send(FramePeer.windowUpdate(0, 1))
      }
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
      #expect(pair.simulation.now.nanoseconds > 50_000_000_000)
    }
  }

  @Test("without calls no ping; the first call after a silence sends one before its HEADERS")  // 5.7.4, 5.7.5
  func idle() throws {
    try withPair(configuration: Self.configuration()) { pair in
      await pair.simulation.sleep(.seconds(200))
      #expect(await pair.peer.count(Frame.ping) == 0)
      let call = pair.request(within: .seconds(10))
      await pair.peer.request(1)
      let types = await pair.peer.frames.map(\.type).filter { $0 == Frame.ping || $0 == Frame.headers }
      #expect(types == [Frame.ping, Frame.headers])
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
      await pair.simulation.sleep(.seconds(200))
      #expect(await pair.peer.count(Frame.ping) == 1)
      #expect(await pair.connection.acceptsRequests)
    }
  }

  @Test("a call that waits for a stream is watched over too")
  func waitingForAStream() throws {
    try withPair(configuration: Self.configuration(), settings: [(3, 0)]) { pair in
      await pair.simulation.sleep(.seconds(60))
      let call = pair.request(within: .seconds(100))
      guard case .connectionLost = await call.value.failure else { return #expect(Bool(false)) }
    }
  }

  @Test("with pings without calls an idle connection that died is noticed")
  func withoutCalls() throws {
    try withPair(configuration: Self.configuration(withoutCalls: true)) { pair in
      await pair.simulation.sleep(.seconds(31))
      #expect(pair.events.all == [.closed(.unresponsive("no answer to a keepalive ping within 20.0 seconds"))])
    }
  }

  @Test("off by default: silence is borne")  // 5.7.2
  func off() throws {
    try withPair { pair in
      let call = pair.request(within: .seconds(300))
      #expect(await call.value.failure == .deadline)
      #expect(await pair.peer.count(Frame.ping) == 0)
      #expect(await pair.connection.acceptsRequests)
    }
  }
}
