import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private func makeState(hosts: Int = 2, connections: Int = 2) -> LoadBalancerStateMachine {
  LoadBalancerStateMachine(
    hostCount: hosts, maxConnections: connections, backoff: steady, maxConnectionAge: .seconds(100))
}

/// Moments that stand for all states of pick first.
private let moments: Moments = {
  var moments = Moments(idle: makeState())
  moments.add("first", after: "idle") { $0.feed(.callsWait) }
  moments.add("second", after: "first") { $0.feed(.connectFailed) }
  moments.add("pausing", after: "second") { $0.feed(.connectFailed) }
  moments.add("ready", after: "first") { $0.feed(.connectSucceeded) }
  moments.add("fallback", after: "second") { $0.feed(.connectSucceeded) }
  moments.add("takingOver", after: "fallback") {
    $0.now = instant(60)
    $0.feed(.dueWork)
  }
  moments.add("renewing", after: "ready") {
    $0.now = instant(140)
    $0.feed(.dueWork)
  }
  moments.add("adding", after: "ready") { $0.feed(.noStreamAvailable) }
  moments.add("two", after: "adding") { $0.feed(.connectSucceeded) }
  moments.add("shutDown", after: "two") { $0.state.shutDown() }
  return moments
}()

@Suite(.ownThreads) struct PickFirstPolicyTests {
  private static let names = [
    "idle", "first", "second", "pausing", "ready", "fallback", "takingOver", "renewing", "adding", "two", "shutDown",
  ]

  private static let expected: [String: [Input: String]] = [
    "idle": [.callsWait: "connect 0 initial"],
    "first": [.connectSucceeded: "wake 1", .connectFailed: "eject 0, connect 1 initial"],
    "second": [.connectSucceeded: "wake 2", .connectFailed: "eject 1"],
    "pausing": [:],
    "ready": [
      .endedOrderly: "connect 0 initial", .fiveFailed: "eject 0, connect 1 takeover",
      .noStreamAvailable: "connect 0 additional",
    ],
    "fallback": [.endedOrderly: "connect 1 initial", .noStreamAvailable: "connect 1 additional"],
    "takingOver": [
      .connectSucceeded: "close 2, wake 3", .connectFailed: "eject 0", .endedOrderly: "connect 0 initial",
      .fiveFailed: "eject 1",
    ],
    "renewing": [
      .connectSucceeded: "close 1, wake 2", .endedOrderly: "connect 0 initial", .fiveFailed: "eject 0",
    ],
    "adding": [.connectSucceeded: "wake 2", .endedOrderly: "connect 0 initial", .fiveFailed: "eject 0"],
    "two": [.fiveFailed: "eject 0, connect 1 takeover", .unused: "close 2"],
    "shutDown": [:],
  ]

  @Test("an input has the listed actions in every state, or none", arguments: names)
  func table(name: String) throws {
    try moments.checkEveryInput(of: name, Self.expected[name])
  }

  @Test("any two inputs in any state keep the invariants", arguments: names)
  func pairs(name: String) throws {
    try moments.checkEveryPair(of: name, then: [.connectSucceeded, .lost, .dueWork])
  }

  @Test("a single host is never ejected, and a pause counts from the start of each failed pass (5.9.2)")
  func oneHost() {
    var state = makeState(hosts: 1)
    var starts: [Double] = []
    for tenth in 0..<200 {
      let now = instant(Double(tenth) / 10)
      guard case .connect(let attempt) = state.runDueWork(at: now, callsWait: true).first else { continue }
      starts.append(Double(tenth) / 10)
      #expect(text(state.connectFailed(attempt.id, at: now, callsWait: true)) == "")
    }
    #expect(starts == [0, 1, 3, 6.3, 9.6, 12.9, 16.2, 19.5])
  }

  @Test("without waiting calls nothing connects, and the pause still holds for the next call")
  func unwanted() {
    var state = makeState(hosts: 1)
    #expect(state.runDueWork(at: instant(10), callsWait: false).isEmpty)
    _ = state.runDueWork(at: instant(10), callsWait: true)
    #expect(state.connectFailed(state.id(1), at: instant(10), callsWait: false).isEmpty)
    #expect(state.nextDeadline(at: instant(10)) == instant(11))
    #expect(state.runDueWork(at: instant(10.5), callsWait: true).isEmpty)
    #expect(text(state.runDueWork(at: instant(11), callsWait: true)) == "connect 0 initial")
  }

  @Test("a pass ends at its deadline without an attempt at the next host")
  func passDeadline() {
    var state = makeState()
    _ = state.runDueWork(at: instant(10), callsWait: true)
    #expect(text(state.connectFailed(state.id(1), at: instant(31), callsWait: false)) == "eject 0")
    // The next pass begins with the host that isn't ejected.
    #expect(text(state.runDueWork(at: instant(31), callsWait: true)) == "connect 1 initial")
  }

  @Test("the third orderly end in a row without an answer counts as a loss (5.8.6)")
  func fruitless() {
    var state = makeState(hosts: 1)
    for number in 1...3 {
      _ = state.runDueWork(at: instant(10), callsWait: true)
      _ = state.connectSucceeded(state.id(number), at: instant(10))
      _ = state.connectionEnded(
        state.id(number), .init(kind: .orderly, instant: instant(10)), hasOpenCalls: false, at: instant(10),
        callsWait: false)
      #expect((state.nextDeadline(at: instant(10)) > instant(10)) == (number == 3))
    }
  }

  @Test("an answer resets the count of failures; answers are needed only while they change the state")
  func answers() {
    var moment = moments["ready"]!
    #expect(moment.state.needsAnswers)
    moment.feed(.answered)
    #expect(!moment.state.needsAnswers)
    for _ in 0..<10 {
      for _ in 0..<4 { #expect(moment.feed(.callFailed) == "") }
      #expect(moment.state.needsAnswers)
      moment.feed(.answered)
    }
    #expect(moment.feed(.fiveFailed) == "eject 0, connect 1 takeover")
  }

  @Test("if all hosts fail, the host in use stays until another is ready; the first host with a past ejection is tried")
  func allFail() {
    var moment = moments["ready"]!
    moment.feed(.fiveFailed)
    #expect(moment.feed(.connectFailed) == "eject 1")
    #expect(moment.state.connections.map(\.number) == [1])
    #expect(moment.feed(.fiveFailed) == "")
    let due = moment.state.nextDeadline(at: moment.now)
    let other = moment.state.pool.subchannels[1].outlierDetection.ejectionEnd!
    // If the own ejection ends earlier, the host in use is the preferred one again.
    let isOther = other < moment.state.pool.subchannels[0].outlierDetection.ejectionEnd!
    #expect(isOther ? due == other : due > instant(80))
    moment.now = due
    #expect(moment.feed(.dueWork) == (isOther ? "connect 1 takeover" : "connect 0 renewal"))
  }

  @Test("due work runs at the deadline, and the next deadline is later", arguments: names)
  func due(name: String) throws {
    var moment = try #require(moments[name])
    for _ in 0..<20 {
      let due = moment.state.nextDeadline(at: moment.now)
      guard due < .distantFuture else { return }
      moment.now = max(moment.now, due)
      moment.feed(.callsWait)
      #expect(moment.state.nextDeadline(at: moment.now) > moment.now, "\(name)")
      if !moment.state.pool.attempts.isEmpty { moment.feed(.connectFailed) }
    }
  }

  @Test("a renewal is refused after another connection replaced the lost one")
  func lateRenewal() {
    var moment = Moment(state: makeState(hosts: 1, connections: 1))
    moment.feed(.callsWait, .connectSucceeded)
    moment.now = instant(140)
    #expect(moment.feed(.dueWork) == "connect 0 renewal")
    #expect(moment.feed(.endedOrderly) == "connect 0 initial")
    #expect(moment.feed(.connectSucceeded) == "wake 3")
    #expect(moment.feed(.connectSucceeded) == "refused")
    #expect(moment.state.turns(at: moment.now) == [[3]])
  }

  @Test("a takeover is refused after the host has become ready by another attempt")
  func lateMove() {
    var moment = moments["ready"]!
    moment.feed(.fiveFailed)
    moment.feed(.connectSucceeded)
    moment.now = moment.state.nextDeadline(at: moment.now)
    #expect(moment.feed(.dueWork) == "connect 0 takeover")
    #expect(moment.feed(.endedOrderly) == "connect 0 initial")
    #expect(moment.feed(.connectSucceeded) == "wake 4")
    #expect(moment.feed(.connectSucceeded) == "refused")
    #expect(moment.state.turns(at: moment.now) == [[4]])
  }

  @Test("an additional connection replaces a lost one, and the initial attempt beside is then refused")
  func late() {
    // The pass continues beside an attempt that started beside the lost connection.
    var moment = moments["adding"]!
    #expect(moment.feed(.endedOrderly) == "connect 0 initial")
    #expect(moment.state.connectSucceeded(moment.state.id(2), at: moment.now).map(text) == "wake 2")
    #expect(moment.state.connectSucceeded(moment.state.id(3), at: moment.now) == nil)
  }
}
