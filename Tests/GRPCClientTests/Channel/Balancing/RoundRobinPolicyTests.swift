import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private let moments: Moments = {
  var moments = Moments(
    idle: LoadBalancerStateMachine(
      hostCount: 1, loadBalancing: .roundRobin, maxConnections: 2, backoff: steady, maxConnectionAge: .seconds(100)))
  moments.add("resolving", after: "idle") { $0.feed(.callsWait) }
  moments.add("connecting", after: "resolving") { $0.feed(.resolved) }
  moments.add("oneReady", after: "connecting") { _ = $0.state.connectSucceeded($0.state.id(1), at: $0.now) }
  moments.add("oneDown", after: "oneReady") { $0.feed(.connectFailed) }
  moments.add("both", after: "oneReady") { $0.feed(.connectSucceeded) }
  moments.add("renewing", after: "both") {
    $0.now = instant(140)
    $0.feed(.dueWork)
  }
  moments.add("adding", after: "both") { $0.feed(.noStreamAvailable) }
  moments.add("two", after: "adding") { $0.feed(.connectSucceeded) }
  moments.add("shutDown", after: "two") { $0.state.shutDown() }
  return moments
}()

@Suite(.ownThreads) struct RoundRobinPolicyTests {
  private static let names = [
    "idle", "resolving", "connecting", "oneReady", "oneDown", "both", "renewing", "adding", "two", "shutDown",
  ]

  private static let expected: [String: [Input: String]] = [
    "idle": [.callsWait: "resolve 0", .dueWork: "resolve 0"],
    "resolving": [
      .resolved: "connect address 1 initial, connect address 2 initial",
      .resolvedOther: "connect address 2 initial, connect address 3 initial",
    ],
    "connecting": [.connectSucceeded: "wake 2"],
    "oneReady": [
      .connectSucceeded: "wake 2", .endedOrderly: "connect address 1 initial",
      .noStreamAvailable: "connect address 1 additional",
    ],
    "oneDown": [.endedOrderly: "connect address 1 initial", .noStreamAvailable: "connect address 1 additional"],
    "both": [
      .endedOrderly: "connect address 1 initial", .fiveFailed: "eject address 1",
      .noStreamAvailable: "connect address 1 additional",
    ],
    "renewing": [
      .connectSucceeded: "close 2, wake 4", .endedOrderly: "connect address 1 initial", .fiveFailed: "eject address 1",
      .resolvedOther: "close 1, connect address 3 initial",
    ],
    "adding": [
      .connectSucceeded: "wake 3", .endedOrderly: "connect address 1 initial", .fiveFailed: "eject address 1",
    ],
    "two": [.fiveFailed: "eject address 1", .unused: "close 3"],
    "shutDown": [:],
  ]

  @Test("an input has the listed actions in every state, or none", arguments: names)
  func table(name: String) throws {
    try moments.checkEveryInput(of: name, Self.expected[name])
  }

  @Test("any two inputs in any state keep the invariants", arguments: names)
  func pairs(name: String) throws {
    try moments.checkEveryPair(of: name, then: [.connectSucceeded, .resolvedOther, .dueWork])
  }

  @Test("due work runs at the deadline, and the next deadline is later", arguments: names)
  func due(name: String) throws {
    var moment = try #require(moments[name])
    for _ in 0..<30 {
      let due = moment.state.nextDeadline(at: moment.now)
      guard due < .distantFuture else { return }
      moment.now = max(moment.now, due)
      moment.feed(.dueWork)
      #expect(moment.state.nextDeadline(at: moment.now) > moment.now, "\(name)")
      if !moment.state.pool.attempts.isEmpty { moment.feed(.connectFailed) }
      moment.feed(.resolutionFailed)
    }
  }

  @Test("each address has its own back-off, and failures cause a look-up at most every 5 s (5.9)")
  func ownPauses() {
    var moment = moments["oneDown"]!
    var log: [String] = []
    for tenth in 100..<300 {
      moment.now = instant(Double(tenth) / 10)
      let actions = moment.state.runDueWork(at: moment.now, callsWait: false)
      if !actions.isEmpty { log.append("\(Double(tenth) / 10): \(text(actions))") }
      for case .connect(let attempt) in actions {
        _ = moment.state.connectFailed(attempt.id, at: moment.now, callsWait: false)
      }
      for case .resolve in actions { moment.feed(.resolved) }
    }
    #expect(log.filter { $0.contains("connect") }.map { $0.prefix(4) } == ["11.0", "13.0", "17.0", "25.0"])
    #expect(log.count { $0.contains("resolve") } <= 4)
  }

  @Test("an ejected address leaves the rotation and returns; the last address is never ejected")
  func rotation() {
    var moment = moments["two"]!
    #expect(moment.state.turns(at: moment.now) == [[1, 3], [2]])
    moment.feed(.fiveFailed)
    #expect(moment.state.turns(at: moment.now) == [[2]])
    for _ in 0..<10 {
      #expect(moment.state.callFailed(on: moment.state.id(2), at: moment.now, callsWait: false).isEmpty)
    }
    #expect(moment.state.turns(at: moment.now) == [[2]])
    let back = moment.state.nextDeadline(at: moment.now)
    #expect(back > instant(24) && back < instant(56))
    #expect(moment.state.turns(at: back) == [[1, 3], [2]])
    // After the loss of the other subchannel, an ejected one is better than none.
    _ = moment.state.connectionEnded(
      moment.state.id(2), .init(kind: .lost, instant: instant(11)), hasOpenCalls: false, at: instant(11),
      callsWait: false)
    #expect(moment.state.turns(at: instant(11)) == [[1, 3]])
  }

  @Test("removed addresses close at once beside ready ones, or else when the first new address is ready")
  func vanished() throws {
    var moment = moments["both"]!
    moment.now = instant(140)
    moment.feed(.dueWork)
    let actions = moment.state.addressesResolved([place(7)], host: 0, at: moment.now)
    #expect(text(actions) == "connect address 7 initial")
    #expect(moment.state.turns(at: moment.now).count == 2)
    let id = try #require(
      actions.lazy.compactMap { if case .connect(let attempt) = $0 { attempt.id } else { nil } }.first)
    #expect(moment.state.connectSucceeded(id, at: moment.now).map(text) == "close 1, close 2, wake 5")
    #expect(moment.state.pool.subchannels.count == 1)
    // The renewal belongs to a removed subchannel.
    #expect(moment.state.connectSucceeded(moment.state.id(3), at: moment.now) == nil)
  }

  @Test("after the old connection is lost, the first of renewal and initial attempt is accepted, the second refused")
  func lateRenewal() {
    var state = LoadBalancerStateMachine(
      hostCount: 1, loadBalancing: .roundRobin, backoff: steady, maxConnectionAge: .seconds(100))
    _ = state.runDueWork(at: instant(1), callsWait: true)
    _ = state.addressesResolved([place(1)], host: 0, at: instant(1))
    #expect(state.connectSucceeded(state.id(1), at: instant(1)) != nil)
    #expect(text(state.runDueWork(at: instant(140), callsWait: false)) == "resolve 0, connect address 1 renewal")
    let actions = state.connectionEnded(
      state.id(1), .init(kind: .orderly, instant: instant(140)), hasOpenCalls: false, at: instant(140), callsWait: false
    )
    #expect(text(actions) == "connect address 1 initial")
    var other = state
    #expect(other.connectSucceeded(other.id(2), at: instant(141)).map(text) == "wake 2")
    #expect(other.connectSucceeded(other.id(3), at: instant(142)) == nil)
    #expect(state.connectSucceeded(state.id(3), at: instant(141)).map(text) == "wake 3")
    #expect(state.connectSucceeded(state.id(2), at: instant(142)) == nil)
    #expect(state.turns(at: instant(142)) == [[3]])
  }

  @Test("an address of two endpoints is two subchannels")
  func twoHosts() {
    var state = LoadBalancerStateMachine(hostCount: 2, loadBalancing: .roundRobin, backoff: steady)
    #expect(text(state.runDueWork(at: instant(1), callsWait: true)) == "resolve 0, resolve 1")
    #expect(
      text(state.addressesResolved([place(1), place(1)], host: 0, at: instant(1))) == "connect address 1 initial")
    #expect(text(state.addressesResolved([place(1)], host: 1, at: instant(1))) == "connect address 1 initial")
    #expect(state.connectSucceeded(state.id(1), at: instant(1)) != nil)
    #expect(state.connectSucceeded(state.id(2), at: instant(1)) != nil)
    #expect(state.turns(at: instant(1)) == [[1], [2]])
  }
}
