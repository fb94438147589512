import TelemetryCore
import Testing

@testable import GRPCClient

private func at(_ seconds: Double) -> MonotonicInstant { .init(nanoseconds: Int64(seconds * 1e9)) }

/// A back-off without chance: 1, 2, 4, … seconds.
private let steady = BackoffConfiguration(multiplier: 2, jitter: 0, seed: 0)

private func makeState(hosts: Int = 1) -> ChannelState { ChannelState(hostCount: hosts, backoff: steady) }

private let limit = Deadline(at(30))

/// A state in each of the phases, at second 10 (`pausing`: until second 11).
private func state(in phase: String) -> ChannelState {
  var state = makeState()
  if phase == "idle" { return state }
  _ = state.wanted(at: at(10))
  if phase == "resolving" { return state }
  _ = state.resolved(count: 2, at: at(10), isWanted: true)
  if phase == "connecting" { return state }
  if phase == "pausing" {
    _ = state.connectFailed(at: at(10), isWanted: true)
    return state
  }
  if phase == "shutDown" {
    state.shutDown()
    return state
  }
  _ = state.connected()
  return state
}

private let phases = ["idle", "resolving", "connecting", "pausing", "ready", "shutDown"]

@Suite struct ChannelStateTests {
  @Test("every input in every phase: what is not due changes nothing", arguments: phases)
  func table(phase: String) {
    let before = state(in: phase)
    var inputs: [(String, (inout ChannelState) -> ChannelState.Action)] = [
      ("wanted", { $0.wanted(at: at(10)) }),
      ("resolved", { $0.resolved(count: 1, at: at(10), isWanted: true) }),
      ("resolvedNone", { $0.resolved(count: 0, at: at(10), isWanted: true) }),
      ("resolveFailed", { $0.resolveFailed(at: at(10), isWanted: true) }),
      ("connectFailed", { $0.connectFailed(at: at(10), isWanted: true) }),
      ("pauseEnded", { $0.pauseEnded(at: at(11), isWanted: true) }),
      ("ended", { $0.connectionEnded(orderly: true, at: at(10), isWanted: true) }),
    ]
    inputs.append(("connected", { $0.connected() ? .ready : .none }))
    let due: [String: [String: (ChannelState.Phase, ChannelState.Action)]] = [
      "idle": ["wanted": (.resolving(host: 0), .resolve(host: 0, deadline: limit))],
      "resolving": [
        "resolved": (.connecting(host: 0), .connect(host: 0, isLast: true, deadline: limit)),
        "resolvedNone": (.pausing, .pause(until: at(11))),
        "resolveFailed": (.pausing, .pause(until: at(11))),
      ],
      "connecting": [
        "connected": (.ready, .ready),
        "connectFailed": (.pausing, .pause(until: at(11))),
      ],
      "pausing": ["pauseEnded": (.resolving(host: 0), .resolve(host: 0, deadline: Deadline(at(31))))],
      "ready": ["ended": (.resolving(host: 0), .resolve(host: 0, deadline: limit))],
      "shutDown": [:],
    ]
    for (name, input) in inputs {
      var state = before
      let action = input(&state)
      if let (phase, expected) = due[phase]?[name] {
        #expect(state.phase == phase, "\(name)")
        #expect(action == expected, "\(name)")
      } else {
        #expect(state.phase == before.phase, "\(name)")
        #expect(action == .none, "\(name)")
      }
    }
  }

  @Test("shut down is the end of every phase", arguments: phases)
  func shutDown(phase: String) {
    var state = state(in: phase)
    state.shutDown()
    #expect(state.phase == .shutDown)
    let connected = state.connected()
    #expect(!connected)
  }

  @Test("every host in turn, then a pause, then from the start, looked up afresh")
  func pass() {
    var state = makeState(hosts: 2)
    #expect(state.wanted(at: at(10)) == .resolve(host: 0, deadline: limit))
    #expect(
      state.resolved(count: 2, at: at(10), isWanted: true) == .connect(host: 0, isLast: false, deadline: limit))
    #expect(state.connectFailed(at: at(12), isWanted: true) == .resolve(host: 1, deadline: limit))
    #expect(
      state.resolved(count: 1, at: at(12), isWanted: true) == .connect(host: 1, isLast: true, deadline: limit))
    // The first pause counts from the start of the first attempt, so it is over by now (5.9.2).
    #expect(state.connectFailed(at: at(13), isWanted: true) == .resolve(host: 0, deadline: Deadline(at(33))))
    #expect(state.resolveFailed(at: at(13), isWanted: true) == .resolve(host: 1, deadline: Deadline(at(33))))
    #expect(state.resolved(count: 0, at: at(13), isWanted: true) == .pause(until: at(15)))
    #expect(state.pauseEnded(at: at(15), isWanted: true) == .resolve(host: 0, deadline: Deadline(at(35))))
  }

  @Test("an attempt that has used up its time goes to no other host")
  func attemptTimedOut() {
    var state = makeState(hosts: 2)
    _ = state.wanted(at: at(10))
    _ = state.resolved(count: 3, at: at(10), isWanted: true)
    #expect(state.connectFailed(at: at(30), isWanted: false) == .none)
    #expect(state.phase == .idle)
  }

  @Test("where nobody waits nothing is connected, and the pause still holds for the next call")
  func unwanted() {
    var state = makeState()
    _ = state.wanted(at: at(10))
    #expect(state.resolveFailed(at: at(10), isWanted: false) == .none)
    #expect(state.phase == .idle)
    #expect(state.wanted(at: at(10.5)) == .pause(until: at(11)))
    #expect(state.pauseEnded(at: at(11), isWanted: false) == .none)
    #expect(state.phase == .idle)
    #expect(state.wanted(at: at(12)) == .resolve(host: 0, deadline: Deadline(at(32))))
  }

  @Test("5.8.7: after a GOAWAY without calls the channel is idle, and connects at once when it is wanted")
  func orderlyEnd() {
    var state = state(in: "ready")
    #expect(state.connectionEnded(orderly: true, at: at(20), isWanted: false) == .none)
    #expect(state.phase == .idle)
    #expect(state.wanted(at: at(20)) == .resolve(host: 0, deadline: Deadline(at(40))))
  }

  @Test("after a loss the next attempt waits a moment, less than 1 s")
  func loss() {
    var state = state(in: "ready")
    guard case .pause(let until) = state.connectionEnded(orderly: false, at: at(20), isWanted: true) else {
      return #expect(Bool(false), "no pause")
    }
    #expect(until >= at(20) && until < at(21))
    #expect(state.pauseEnded(at: until, isWanted: true) == .resolve(host: 0, deadline: Deadline(until + .seconds(20))))
  }
}
