import HTTP2Transport
import TelemetryCore
import Testing

@testable import GRPCClient

func instant(_ seconds: Double) -> MonotonicInstant { .init(nanoseconds: Int64(seconds * 1e9)) }

/// A back-off without jitter: 1, 2, 4, … seconds.
let steady = ConnectionBackoff.Configuration(multiplier: 2, jitter: 0, seed: 0)

/// Actions in short: `connect 0 initial, wake 2`.
func text(_ actions: [LoadBalancerStateMachine.Action]) -> String {
  actions.map { action in
    switch action {
    case .resolve(let host, _): "resolve \(host)"
    case .connect(let attempt): "connect \(name(attempt.host, attempt.address)) \(name(attempt.purpose))"
    case .close(let id): "close \(id.number)"
    case .wakeCalls(let id): "wake \(id.number)"
    case .reportEjection(let host, let address, _): "eject \(name(host, address))"
    case .reportLimit(_, let host, let count): "limited \(host) \(count)"
    }
  }.joined(separator: ", ")
}

private func name(_ host: Int, _ address: SocketAddress?) -> String {
  if case .ipv4(let number, _) = address { "address \(number)" } else { "\(host)" }
}

private func name(_ purpose: ConnectionAttempt.Purpose) -> String {
  switch purpose {
  case .initial: "initial"
  case .takeover: "takeover"
  case .renewal: "renewal"
  case .additional: "additional"
  }
}

extension LoadBalancerStateMachine {
  static let noConnection = ConnectionID(subchannel: SubchannelID(number: 99), number: 99)

  /// The connections that take calls, the oldest attempt first.
  var connections: [ConnectionID] {
    pool.subchannels.flatMap { $0.connections.map(\.id) }.sorted { $0.number < $1.number }
  }

  /// The attempt or the connection of this number; `noConnection` if there is none.
  func id(_ number: Int) -> ConnectionID {
    (pool.attempts.map(\.id) + connections).first { $0.number == number } ?? Self.noConnection
  }

  /// The rotation by the numbers of its connections.
  func turns(at now: MonotonicInstant) -> [[Int]] { rotation(at: now).map { $0.map(\.number) } }
}

/// An input of the load balancer, for the latest attempt under way, and for the oldest connection; `unused` is for the
/// youngest. Without an attempt or a connection, an input is for `noConnection`.
enum Input: String, CaseIterable {
  case callsWait, dueWork, connectSucceeded, connectFailed, endedOrderly, lost, answered, callFailed, fiveFailed,
    noStreamAvailable, noStreamsPermitted, unused, resolved, resolvedOther, resolutionFailed

  func apply(_ state: inout LoadBalancerStateMachine, at now: MonotonicInstant) -> String {
    let attempt = state.pool.attempts.last?.id ?? LoadBalancerStateMachine.noConnection
    let connection = state.connections.first ?? LoadBalancerStateMachine.noConnection
    func end(_ kind: ConnectionEnd.Kind) -> String {
      text(
        state.connectionEnded(
          connection, .init(kind: kind, instant: now), hasOpenCalls: false, at: now, callsWait: true))
    }
    func callFailed() -> String { text(state.callFailed(on: connection, at: now, callsWait: true)) }
    switch self {
    case .callsWait: return text(state.runDueWork(at: now, callsWait: true))
    case .dueWork: return text(state.runDueWork(at: now, callsWait: false))
    case .connectSucceeded: return state.connectSucceeded(attempt, at: now).map(text) ?? "refused"
    case .connectFailed: return text(state.connectFailed(attempt, at: now, callsWait: true))
    case .endedOrderly: return end(.orderly)
    case .lost: return end(.lost)
    case .answered:
      state.callAnswered(on: connection)
      return ""
    case .callFailed: return callFailed()
    case .fiveFailed: return (0..<5).map { _ in callFailed() }.filter { !$0.isEmpty }.joined(separator: "; ")
    case .noStreamAvailable: return text(state.noStreamAvailable(on: connection, .streams(1), at: now))
    case .noStreamsPermitted: return text(state.noStreamAvailable(on: connection, .streams(0), at: now))
    case .unused:
      return text(state.connectionUnused(state.connections.last ?? LoadBalancerStateMachine.noConnection))
    case .resolved: return text(state.addressesResolved([place(1), place(2)], host: 0, at: now))
    case .resolvedOther: return text(state.addressesResolved([place(2), place(3)], host: 0, at: now))
    case .resolutionFailed: return text(state.addressesResolved([], host: 0, at: now))
    }
  }
}

/// A state at an instant.
struct Moment {
  var state: LoadBalancerStateMachine
  var now = instant(10)

  @discardableResult
  mutating func feed(_ inputs: Input...) -> String {
    inputs.map { $0.apply(&state, at: now) }.last ?? ""
  }
}

/// Named moments that stand for all states of a load balancer, and the effect of each input there.
struct Moments {
  private(set) var all: [String: Moment]

  init(idle state: LoadBalancerStateMachine) { all = ["idle": Moment(state: state)] }

  subscript(name: String) -> Moment? { all[name] }

  mutating func add(_ name: String, after base: String, _ body: (inout Moment) -> Void) {
    var moment = all[base]!
    body(&moment)
    all[name] = moment
  }

  /// Expects that an input that isn't listed has no action.
  func checkEveryInput(of name: String, _ expected: [Input: String]?) throws {
    for input in Input.allCases {
      var moment = try #require(all[name])
      let actions = moment.feed(input)
      let none = input == .connectSucceeded ? "refused" : ""
      #expect(actions == expected?[input] ?? none, "\(name), \(input)")
      check(moment.state, "\(name), \(input)")
    }
  }

  /// Expects that every pair of inputs, followed by each of `thirds`, keeps the invariants.
  func checkEveryPair(of name: String, then thirds: [Input]) throws {
    for first in Input.allCases {
      for second in Input.allCases {
        for third in thirds {
          var moment = try #require(all[name])
          moment.feed(first, second, third)
          check(moment.state, "\(name), \(first), \(second), \(third)")
        }
      }
    }
  }
}

/// Checks the invariants.
func check(_ state: LoadBalancerStateMachine, _ context: Comment) {
  let ids = state.connections + state.pool.attempts.map(\.id)
  #expect(Set(ids.map(\.number)).count == ids.count, context)
  for subchannel in state.pool.subchannels {
    #expect(subchannel.connections.allSatisfy { $0.id.subchannel == subchannel.id }, context)
    #expect(subchannel.connections.count <= state.pool.maxConnections, context)
  }
  #expect(state.rotation(at: instant(1000)).isEmpty == state.connections.isEmpty, context)
  if state.policy is PickFirstPolicy { #expect(state.pool.subchannels.count(where: \.isReady) <= 1, context) }
}
