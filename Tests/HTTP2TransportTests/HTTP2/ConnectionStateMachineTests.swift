import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct ConnectionStateMachineTests {
  private enum Input: CaseIterable {
    case settings, goAway, exhausted, timedOut, closeRequested, ended
  }

  private func machine(after inputs: [Input]) -> ConnectionStateMachine {
    var machine = ConnectionStateMachine()
    machine.started()
    for input in inputs { _ = feed(input, to: &machine) }
    return machine
  }

  private func feed(_ input: Input, to machine: inout ConnectionStateMachine) -> ConnectionStateMachine.Action? {
    switch input {
    case .settings:
      machine.settingsReceived()
      return nil
    case .goAway: return machine.goAwayReceived(code: 0, debug: "")
    case .exhausted: return machine.streamsExhausted()
    case .timedOut: return machine.requestsTimedOut()
    case .closeRequested:
      machine.closeRequested()
      return nil
    case .ended:
      machine.ended()
      return nil
    }
  }

  @Test("an established connection drains after GOAWAY, exhausted identifiers or timeouts, also while it closes")
  func drains() {
    for inputs in [[.settings], [.settings, .closeRequested]] as [[Input]] {
      for input in [.goAway, .exhausted, .timedOut] as [Input] {
        var machine = machine(after: inputs)
        let action = feed(input, to: &machine)
        #expect(action != nil)
        #expect(machine.isDraining && machine.isEstablished && !machine.isOpen)
        #expect(machine.requestsEnded() == .end)
        let again = feed(input, to: &machine)
        #expect((again == nil) == (input != .goAway), "each GOAWAY is reported, other events once")
      }
    }
  }

  @Test("a closing connection lets close continue when the last request has ended")
  func closes() {
    #expect(machine(after: [.settings, .closeRequested]).requestsEnded() == .continueClose)
    #expect(machine(after: [.settings]).requestsEnded() == nil)
    #expect(machine(after: [.closeRequested]).isStarting)
  }

  @Test("a closed connection stays closed")
  func closed() {
    for input in Input.allCases where input != .settings {
      var machine = machine(after: [.settings, .ended])
      _ = feed(input, to: &machine)
      #expect(machine.isClosed && !machine.isActive && !machine.isEstablished)
      #expect(machine.requestsEnded() == nil)
    }
  }

  @Test("the first bytes refine the error of a failed start only")
  func firstBytes() {
    var machine = machine(after: [])
    Array("HTTP/1.1 400".utf8).withUnsafeBytes { machine.bytesReceived($0) }
    #expect(machine.connectError(.closedByPeer) == .http1)
    machine.settingsReceived()
    #expect(machine.connectError(.closedByPeer) == .closedByPeer)
  }
}
