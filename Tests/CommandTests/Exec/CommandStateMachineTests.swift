import Glibc
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct CommandStateMachineTests {
  /// Where a signal comes on the way of a command.
  enum Moment: CaseIterable { case beforeStart, duringStart, running }

  /// The signals that the command gets by the tool, for one that comes at a moment.
  private func passed(_ number: Int32, isSent: Bool, at moment: Moment) -> [CommandStateMachine.Action] {
    var machine = CommandStateMachine()
    var actions: [CommandStateMachine.Action] = []
    if moment == .beforeStart { actions += [machine.received(number, isSent: isSent)].compactMap(\.self) }
    machine.starts()
    if moment == .duringStart { actions += [machine.received(number, isSent: isSent)].compactMap(\.self) }
    actions += machine.started(77)
    if moment == .running { actions += [machine.received(number, isSent: isSent)].compactMap(\.self) }
    return actions
  }

  @Test("a signal that was sent is passed on once, whenever it comes", arguments: Moment.allCases)
  func sent(_ moment: Moment) {
    for number in [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGTERM] {
      #expect(passed(number, isSent: true, at: moment) == [.send(number: number, to: 77)])
    }
  }

  @Test(
    "a key of the terminal isn't passed on once the command may run",
    arguments: zip(Moment.allCases, [true, false, false]))
  func key(_ moment: Moment, isPassed: Bool) {
    for number in [SIGINT, SIGQUIT] {
      #expect(passed(number, isSent: false, at: moment) == (isPassed ? [.send(number: number, to: 77)] : []))
    }
    // The kernel sends others to the tool alone.
    #expect(passed(SIGHUP, isSent: false, at: moment) == [.send(number: SIGHUP, to: 77)])
  }

  @Test("after the command's end a signal that ends programs ends the tool with the command's exit code")
  func end() {
    var machine = CommandStateMachine()
    machine.starts()
    _ = machine.started(77)
    machine.ended(code: 9)
    for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
      #expect(machine.received(number, isSent: number != SIGINT) == .exit(code: 9))
    }
    #expect(machine.received(SIGUSR1, isSent: true) == nil)
  }

  @Test("a signal that the tool was started to ignore is passed on, and doesn't end the tool")
  func ignored() {
    var machine = CommandStateMachine(ignoring: [SIGHUP])
    machine.starts()
    _ = machine.started(77)
    #expect(machine.received(SIGHUP, isSent: true) == .send(number: SIGHUP, to: 77))
    machine.ended(code: 9)
    #expect(machine.received(SIGHUP, isSent: true) == nil && machine.received(SIGHUP, isSent: false) == nil)
    #expect(machine.received(SIGTERM, isSent: true) == .exit(code: 9))
  }
}
