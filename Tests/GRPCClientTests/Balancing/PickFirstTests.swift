import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private func makeState(hosts: Int = 2, connections: Int = 2) -> BalancerState {
  BalancerState(hostCount: hosts, maxConnections: connections, backoff: steady, maxConnectionAge: .seconds(100))
}

/// Moments that stand for all that a channel can be in.
private let moments: Moments = {
  var moments = Moments(idle: makeState())
  moments.add("first", after: "idle") { $0.feed(.wanted) }
  moments.add("second", after: "first") { $0.feed(.connectFailed) }
  moments.add("pausing", after: "second") { $0.feed(.connectFailed) }
  moments.add("ready", after: "first") { $0.feed(.connected) }
  moments.add("fallback", after: "second") { $0.feed(.connected) }
  moments.add("moving", after: "fallback") {
    $0.now = instant(60)
    $0.feed(.look)
  }
  moments.add("renewing", after: "ready") {
    $0.now = instant(140)
    $0.feed(.look)
  }
  moments.add("extra", after: "ready") { $0.feed(.heldUp) }
  moments.add("two", after: "extra") { $0.feed(.connected) }
  moments.add("shutDown", after: "two") { $0.state.shutDown() }
  return moments
}()

@Suite(.ownThreads) struct PickFirstTests {
  private static let names = [
    "idle", "first", "second", "pausing", "ready", "fallback", "moving", "renewing", "extra", "two", "shutDown",
  ]

  private static let expected: [String: [Input: String]] = [
    "idle": [.wanted: "connect 0 first"],
    "first": [.connected: "wake 1", .connectFailed: "aside 0, connect 1 first"],
    "second": [.connected: "wake 2", .connectFailed: "aside 1"],
    "pausing": [:],
    "ready": [
      .endedOrderly: "connect 0 first", .fiveFailed: "aside 0, connect 1 move", .heldUp: "connect 0 extra",
    ],
    "fallback": [.endedOrderly: "connect 1 first", .heldUp: "connect 1 extra"],
    "moving": [
      .connected: "close 2, wake 3", .connectFailed: "aside 0", .endedOrderly: "connect 0 first",
      .fiveFailed: "aside 1",
    ],
    "renewing": [
      .connected: "close 1, wake 2", .endedOrderly: "connect 0 first", .fiveFailed: "aside 0",
    ],
    "extra": [.connected: "wake 2", .endedOrderly: "connect 0 first", .fiveFailed: "aside 0"],
    "two": [.fiveFailed: "aside 0, connect 1 move", .unused: "close 2"],
    "shutDown": [:],
  ]

  @Test("every input in every state: what isn't listed does nothing", arguments: names)
  func table(name: String) throws {
    try moments.checkEveryInput(of: name, Self.expected[name])
  }

  @Test("two inputs after another from every state keep what must hold", arguments: names)
  func pairs(name: String) throws {
    try moments.checkEveryPair(of: name, then: [.connected, .lost, .look])
  }

  @Test("5.9.2: one host: a pause after each failed pass, counted from its start; it is never set aside")
  func oneHost() {
    var state = makeState(hosts: 1)
    var starts: [Double] = []
    for tenth in 0..<200 {
      let now = instant(Double(tenth) / 10)
      guard case .connect(let attempt) = state.look(at: now, isWanted: true).first else { continue }
      starts.append(Double(tenth) / 10)
      #expect(text(state.connectFailed(attempt.number, at: now, isWanted: true)) == "")
    }
    #expect(starts == [0, 1, 3, 6.3, 9.6, 12.9, 16.2, 19.5])
  }

  @Test("where nobody waits nothing is connected, and the pause still holds for the next call")
  func unwanted() {
    var state = makeState(hosts: 1)
    #expect(state.look(at: instant(10), isWanted: false).isEmpty)
    _ = state.look(at: instant(10), isWanted: true)
    #expect(state.connectFailed(1, at: instant(10), isWanted: false).isEmpty)
    #expect(state.nextDue(at: instant(10)) == instant(11))
    #expect(state.look(at: instant(10.5), isWanted: true).isEmpty)
    #expect(text(state.look(at: instant(11), isWanted: true)) == "connect 0 first")
  }

  @Test("an attempt that has used up its time goes to no other host in this pass")
  func passDeadline() {
    var state = makeState()
    _ = state.look(at: instant(10), isWanted: true)
    #expect(text(state.connectFailed(1, at: instant(31), isWanted: false)) == "aside 0")
    // The next pass begins with the host that isn't set aside.
    #expect(text(state.look(at: instant(31), isWanted: true)) == "connect 1 first")
  }

  @Test("5.8.6: a server that says goodbye in order each time without an answer is lost, the third time")
  func fruitless() {
    var state = makeState(hosts: 1)
    for number in 1...3 {
      _ = state.look(at: instant(10), isWanted: true)
      _ = state.connected(number, at: instant(10))
      _ = state.ended(number, .orderly, hasCalls: false, since: instant(10), at: instant(10), isWanted: false)
      #expect((state.nextDue(at: instant(10)) > instant(10)) == (number == 3))
    }
  }

  @Test("an answer ends the count of failures; the state asks for answers only while they matter")
  func answers() {
    var moment = moments["ready"]!
    #expect(moment.state.wantsAnswers)
    moment.feed(.answered)
    #expect(!moment.state.wantsAnswers)
    for _ in 0..<10 {
      for _ in 0..<4 { #expect(moment.feed(.callFailed) == "") }
      #expect(moment.state.wantsAnswers)
      moment.feed(.answered)
    }
    #expect(moment.feed(.fiveFailed) == "aside 0, connect 1 move")
  }

  @Test("all hosts fail: the one in use stays until another is up, and the first whose time is over is tried")
  func allFail() {
    var moment = moments["ready"]!
    moment.feed(.fiveFailed)
    #expect(moment.feed(.connectFailed) == "aside 1")
    #expect(moment.state.connections.map(\.number) == [1])
    #expect(moment.feed(.fiveFailed) == "")
    let due = moment.state.nextDue(at: moment.now)
    let other = moment.state.members[1].ejection.until!
    // Where its own time is over first, it is the first again.
    let isOther = other < moment.state.members[0].ejection.until!
    #expect(isOther ? due == other : due > instant(80))
    moment.now = due
    #expect(moment.feed(.look) == (isOther ? "connect 1 move" : "connect 0 renewal"))
  }

  @Test("what is due is done when the state is asked, and then it isn't due any more", arguments: names)
  func due(name: String) throws {
    var moment = try #require(moments[name])
    for _ in 0..<20 {
      let due = moment.state.nextDue(at: moment.now)
      guard due < BalancerState.never else { return }
      moment.now = max(moment.now, due)
      moment.feed(.wanted)
      #expect(moment.state.nextDue(at: moment.now) > moment.now, "\(name)")
      if !moment.state.attempts.isEmpty { moment.feed(.connectFailed) }
    }
  }

  @Test("a renewal that comes when the old one is lost and another has taken its place is refused")
  func lateRenewal() {
    var moment = Moment(state: makeState(hosts: 1, connections: 1))
    moment.feed(.wanted, .connected)
    moment.now = instant(140)
    #expect(moment.feed(.look) == "connect 0 renewal")
    #expect(moment.feed(.endedOrderly) == "connect 0 first")
    #expect(moment.feed(.connected) == "wake 3")
    #expect(moment.feed(.connected) == "refused")
    #expect(moment.state.rotation(at: moment.now) == [[3]])
  }

  @Test("a move that succeeds when the one to leave was lost and the better host reached in its place is refused")
  func lateMove() {
    var moment = moments["ready"]!
    moment.feed(.fiveFailed)
    moment.feed(.connected)
    moment.now = moment.state.nextDue(at: moment.now)
    #expect(moment.feed(.look) == "connect 0 move")
    #expect(moment.feed(.endedOrderly) == "connect 0 first")
    #expect(moment.feed(.connected) == "wake 4")
    #expect(moment.feed(.connected) == "refused")
    #expect(moment.state.rotation(at: moment.now) == [[4]])
  }

  @Test("a connection that comes after another has taken its place is refused")
  func late() {
    // The pass goes on beside an attempt that was made beside a connection which is lost now.
    var moment = moments["extra"]!
    #expect(moment.feed(.endedOrderly) == "connect 0 first")
    #expect(moment.state.connected(2, at: moment.now).map(text) == "wake 2")
    #expect(moment.state.connected(3, at: moment.now) == nil)
  }
}
