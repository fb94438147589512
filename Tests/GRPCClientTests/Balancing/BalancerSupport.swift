import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import Testing

@testable import GRPCClient

func instant(_ seconds: Double) -> MonotonicInstant { .init(nanoseconds: Int64(seconds * 1e9)) }

/// A back-off without chance: 1, 2, 4, … seconds.
let steady = BackoffConfiguration(multiplier: 2, jitter: 0, seed: 0)

func place(_ number: UInt32) -> SocketAddress { .ipv4(number, port: 4317) }

/// Actions in short: `connect 0 first, wake 2`.
func text(_ actions: [BalancerState.Action]) -> String {
  actions.map { action in
    switch action {
    case .resolve(let host, _): "resolve \(host)"
    case .connect(let attempt): "connect \(name(attempt.host, attempt.address)) \(name(attempt.purpose))"
    case .close(let number): "close \(number)"
    case .wake(let number): "wake \(number)"
    case .setAside(let host, let address, _): "aside \(name(host, address))"
    case .limited(_, let host, let count): "limited \(host) \(count)"
    }
  }.joined(separator: ", ")
}

private func name(_ host: Int, _ address: SocketAddress?) -> String {
  if case .ipv4(let number, _) = address { "address \(number)" } else { "\(host)" }
}

private func name(_ purpose: BalancerState.Purpose) -> String {
  switch purpose {
  case .first: "first"
  case .move: "move"
  case .renewal: "renewal"
  case .extra: "extra"
  }
}

/// Something that happens to a state; `attempt` is the latest attempt that is under way, `connection` the oldest
/// connection and `last` the youngest, 99 where there is none.
enum Input: String, CaseIterable {
  case wanted, look, connected, connectFailed, endedOrderly, lost, answered, callFailed, fiveFailed, heldUp, paused,
    unused, resolved, resolvedOther, resolvedNone, resolveFailed

  func apply(_ state: inout BalancerState, at now: MonotonicInstant) -> String {
    let attempt = state.attempts.last?.number ?? 99
    let connection = state.connections.first?.number ?? 99
    switch self {
    case .wanted: return text(state.look(at: now, isWanted: true))
    case .look: return text(state.look(at: now, isWanted: false))
    case .connected: return state.connected(attempt, at: now).map(text) ?? "refused"
    case .connectFailed: return text(state.connectFailed(attempt, at: now, isWanted: true))
    case .endedOrderly:
      return text(state.ended(connection, .orderly, hasCalls: false, since: now, at: now, isWanted: true))
    case .lost: return text(state.ended(connection, .lost, hasCalls: false, since: now, at: now, isWanted: true))
    case .answered:
      state.answered(connection)
      return ""
    case .callFailed: return text(state.callFailed(connection, at: now, isWanted: true))
    case .fiveFailed:
      return (0..<5).map { _ in text(state.callFailed(connection, at: now, isWanted: true)) }.filter { !$0.isEmpty }
        .joined(separator: "; ")
    case .heldUp: return text(state.heldUp(connection, by: .streams(1), at: now))
    case .paused: return text(state.heldUp(connection, by: .streams(0), at: now))
    case .unused: return text(state.unused(state.connections.last?.number ?? 99))
    case .resolved: return text(state.resolved(host: 0, addresses: [place(1), place(2)], at: now))
    case .resolvedOther: return text(state.resolved(host: 0, addresses: [place(2), place(3)], at: now))
    case .resolvedNone: return text(state.resolved(host: 0, addresses: [], at: now))
    case .resolveFailed: return text(state.resolveFailed(host: 0, at: now))
    }
  }
}

/// A state, and the time that it is then.
struct Moment {
  var state: BalancerState
  var now = instant(10)

  @discardableResult
  mutating func feed(_ inputs: Input...) -> String {
    inputs.map { $0.apply(&state, at: now) }.last ?? ""
  }
}

/// Named moments that stand for all that a channel can be in, and what each input does there.
struct Moments {
  private(set) var all: [String: Moment]

  init(idle state: BalancerState) { all = ["idle": Moment(state: state)] }

  subscript(name: String) -> Moment? { all[name] }

  mutating func add(_ name: String, after base: String, _ body: (inout Moment) -> Void) {
    var moment = all[base]!
    body(&moment)
    all[name] = moment
  }

  /// What isn't listed does nothing.
  func checkEveryInput(of name: String, _ expected: [Input: String]?) throws {
    for input in Input.allCases {
      var moment = try #require(all[name])
      let actions = moment.feed(input)
      let none = input == .connected ? "refused" : ""
      #expect(actions == expected?[input] ?? none, "\(name), \(input)")
      check(moment.state, "\(name), \(input)")
    }
  }

  /// Two inputs after another, and one of `thirds`, keep what must hold.
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

/// What must always hold.
func check(_ state: BalancerState, _ context: Comment) {
  let known = Set(state.members.map(\.id))
  #expect(state.connections.allSatisfy { known.contains($0.member) }, context)
  #expect(
    Set((state.connections.map(\.number) + state.attempts.map(\.number))).count
      == state.connections.count + state.attempts.count, context)
  for member in state.members {
    #expect(state.connections.count { $0.member == member.id } <= state.maxConnections, context)
  }
  let now = instant(1000)
  #expect(state.rotation(at: now).isEmpty == state.connections.isEmpty, context)
  if state.policy == .pickFirst { #expect(Set(state.connections.map(\.member)).count <= 1, context) }
}
