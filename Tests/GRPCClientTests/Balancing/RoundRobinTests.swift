import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private let moments: Moments = {
  var moments = Moments(
    idle: BalancerState(
      hostCount: 1, policy: .roundRobin, maxConnections: 2, backoff: steady, maxConnectionAge: .seconds(100)))
  moments.add("resolving", after: "idle") { $0.feed(.wanted) }
  moments.add("connecting", after: "resolving") { $0.feed(.resolved) }
  moments.add("oneReady", after: "connecting") { _ = $0.state.connected(1, at: $0.now) }
  moments.add("oneDown", after: "oneReady") { $0.feed(.connectFailed) }
  moments.add("both", after: "oneReady") { $0.feed(.connected) }
  moments.add("renewing", after: "both") {
    $0.now = instant(140)
    $0.feed(.look)
  }
  moments.add("extra", after: "both") { $0.feed(.heldUp) }
  moments.add("two", after: "extra") { $0.feed(.connected) }
  moments.add("shutDown", after: "two") { $0.state.shutDown() }
  return moments
}()

@Suite(.ownThreads) struct RoundRobinTests {
  private static let names = [
    "idle", "resolving", "connecting", "oneReady", "oneDown", "both", "renewing", "extra", "two", "shutDown",
  ]

  private static let expected: [String: [Input: String]] = [
    "idle": [.wanted: "resolve 0", .look: "resolve 0"],
    "resolving": [
      .resolved: "connect address 1 first, connect address 2 first",
      .resolvedOther: "connect address 2 first, connect address 3 first",
    ],
    "connecting": [.connected: "wake 2"],
    "oneReady": [.connected: "wake 2", .endedOrderly: "connect address 1 first", .heldUp: "connect address 1 extra"],
    "oneDown": [.endedOrderly: "connect address 1 first", .heldUp: "connect address 1 extra"],
    "both": [
      .endedOrderly: "connect address 1 first", .fiveFailed: "aside address 1", .heldUp: "connect address 1 extra",
    ],
    "renewing": [
      .connected: "close 2, wake 4", .endedOrderly: "connect address 1 first", .fiveFailed: "aside address 1",
      .resolvedOther: "close 1, connect address 3 first",
    ],
    "extra": [.connected: "wake 3", .endedOrderly: "connect address 1 first", .fiveFailed: "aside address 1"],
    "two": [.fiveFailed: "aside address 1", .unused: "close 3"],
    "shutDown": [:],
  ]

  @Test("every input in every state: what isn't listed does nothing", arguments: names)
  func table(name: String) throws {
    try moments.checkEveryInput(of: name, Self.expected[name])
  }

  @Test("two inputs after another from every state keep what must hold", arguments: names)
  func pairs(name: String) throws {
    try moments.checkEveryPair(of: name, then: [.connected, .resolvedOther, .look])
  }

  @Test("what is due is done when the state is asked, and then it isn't due any more", arguments: names)
  func due(name: String) throws {
    var moment = try #require(moments[name])
    for _ in 0..<30 {
      let due = moment.state.nextDue(at: moment.now)
      guard due < BalancerState.never else { return }
      moment.now = max(moment.now, due)
      moment.feed(.look)
      #expect(moment.state.nextDue(at: moment.now) > moment.now, "\(name)")
      if !moment.state.attempts.isEmpty { moment.feed(.connectFailed) }
      moment.feed(.resolveFailed)
    }
  }

  @Test("5.9: each address has its own back-off; a look-up follows a failure, not more often than every 5 s")
  func ownPauses() {
    var moment = moments["oneDown"]!
    var log: [String] = []
    for tenth in 100..<300 {
      moment.now = instant(Double(tenth) / 10)
      let actions = moment.state.look(at: moment.now, isWanted: false)
      if !actions.isEmpty { log.append("\(Double(tenth) / 10): \(text(actions))") }
      for case .connect(let attempt) in actions {
        _ = moment.state.connectFailed(attempt.number, at: moment.now, isWanted: false)
      }
      for case .resolve in actions { moment.feed(.resolved) }
    }
    #expect(log.filter { $0.contains("connect") }.map { $0.prefix(4) } == ["11.0", "13.0", "17.0", "25.0"])
    #expect(log.count { $0.contains("resolve") } <= 4)
  }

  @Test("a group for each address; the one that is set aside is left out, and comes back; the last never is")
  func rotation() {
    var moment = moments["two"]!
    #expect(moment.state.rotation(at: moment.now) == [[1, 3], [2]])
    moment.feed(.fiveFailed)
    #expect(moment.state.rotation(at: moment.now) == [[2]])
    for _ in 0..<10 { #expect(moment.state.callFailed(2, at: moment.now, isWanted: false).isEmpty) }
    #expect(moment.state.rotation(at: moment.now) == [[2]])
    let back = moment.state.nextDue(at: moment.now)
    #expect(back > instant(24) && back < instant(56))
    #expect(moment.state.rotation(at: back) == [[1, 3], [2]])
    // The other one is lost: what was set aside is better than nothing.
    _ = moment.state.ended(2, .lost, hasCalls: false, since: instant(11), at: instant(11), isWanted: false)
    #expect(moment.state.rotation(at: instant(11)) == [[1, 3]])
  }

  @Test("addresses that are gone go at once where others are up, else when the first new one is")
  func vanished() {
    var moment = moments["both"]!
    moment.now = instant(140)
    moment.feed(.look)
    let actions = moment.state.resolved(host: 0, addresses: [place(7)], at: moment.now)
    #expect(text(actions) == "connect address 7 first")
    #expect(moment.state.rotation(at: moment.now).count == 2)
    guard case .connect(let attempt) = actions[0] else { return }
    #expect(moment.state.connected(attempt.number, at: moment.now).map(text) == "close 1, close 2, wake 5")
    #expect(moment.state.members.count == 1)
    // What was being made for those that are gone isn't wanted.
    #expect(moment.state.connected(3, at: moment.now) == nil)
  }

  @Test("a renewal that comes when the old one is lost is taken if it is the first, and isn't if another was")
  func lateRenewal() {
    var state = BalancerState(hostCount: 1, policy: .roundRobin, backoff: steady, maxConnectionAge: .seconds(100))
    _ = state.look(at: instant(1), isWanted: true)
    _ = state.resolved(host: 0, addresses: [place(1)], at: instant(1))
    #expect(state.connected(1, at: instant(1)) != nil)
    #expect(text(state.look(at: instant(140), isWanted: false)) == "resolve 0, connect address 1 renewal")
    let actions = state.ended(1, .orderly, hasCalls: false, since: instant(140), at: instant(140), isWanted: false)
    #expect(text(actions) == "connect address 1 first")
    var other = state
    #expect(other.connected(2, at: instant(141)).map(text) == "wake 2")
    #expect(other.connected(3, at: instant(142)) == nil)
    #expect(state.connected(3, at: instant(141)).map(text) == "wake 3")
    #expect(state.connected(2, at: instant(142)) == nil)
    #expect(state.rotation(at: instant(142)) == [[3]])
  }

  @Test("the same address under two endpoints is two members; a look-up that fails changes nothing")
  func twoHosts() {
    var state = BalancerState(hostCount: 2, policy: .roundRobin, backoff: steady)
    #expect(text(state.look(at: instant(1), isWanted: true)) == "resolve 0, resolve 1")
    #expect(
      text(state.resolved(host: 0, addresses: [place(1), place(1)], at: instant(1))) == "connect address 1 first")
    #expect(text(state.resolved(host: 1, addresses: [place(1)], at: instant(1))) == "connect address 1 first")
    #expect(state.connected(1, at: instant(1)) != nil)
    #expect(state.connected(2, at: instant(1)) != nil)
    #expect(state.rotation(at: instant(1)) == [[1], [2]])
  }
}
