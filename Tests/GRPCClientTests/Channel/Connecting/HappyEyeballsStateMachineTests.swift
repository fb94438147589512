import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private func at(_ milliseconds: Int64) -> MonotonicInstant { .init(nanoseconds: milliseconds * 1_000_000) }

@Suite(.ownThreads) struct HappyEyeballsStateMachineTests {
  @Test("families alternate from the resolver's first, and a family keeps the resolver's order (5.9.8)")
  func interleaved() {
    #expect(HappyEyeballsStateMachine.interleaved([]) == [])
    #expect(HappyEyeballsStateMachine.interleaved([place(1), place(2)]) == [place(1), place(2)])
    #expect(
      HappyEyeballsStateMachine.interleaved([place6(1), place6(2), place6(3), place(1), place(2)]) == [
        place6(1), place(1), place6(2), place(2), place6(3),
      ])
    #expect(
      HappyEyeballsStateMachine.interleaved([place(1), place6(1), place6(2)]) == [place(1), place6(1), place6(2)])
  }

  @Test("the next attempt starts 250 ms after the last (5.9.8)")
  func delay() {
    var machine = HappyEyeballsStateMachine(count: 3, deadline: Deadline(at(20_000)))
    #expect(machine.nextAction(at: at(0)) == .start(0))
    #expect(machine.nextAction(at: at(0)) == .wait(until: Deadline(at(250))))
    #expect(machine.nextAction(at: at(249)) == .wait(until: Deadline(at(250))))
    #expect(machine.nextAction(at: at(250)) == .start(1))
    #expect(machine.nextAction(at: at(250)) == .wait(until: Deadline(at(500))))
    #expect(machine.nextAction(at: at(500)) == .start(2))
    #expect(machine.nextAction(at: at(500)) == .wait(until: .never))
  }

  @Test("a failure starts the next attempt at once; after the last failure the addresses are exhausted")
  func failures() {
    var machine = HappyEyeballsStateMachine(count: 3, deadline: .never)
    #expect(machine.nextAction(at: at(0)) == .start(0))
    machine.attemptFailed(at: at(10))
    #expect(machine.nextAction(at: at(10)) == .start(1))
    #expect(machine.nextAction(at: at(10)) == .wait(until: Deadline(at(260))))
    #expect(machine.nextAction(at: at(260)) == .start(2))
    machine.attemptFailed(at: at(300))
    #expect(machine.nextAction(at: at(300)) == .wait(until: .never))
    machine.attemptFailed(at: at(400))
    #expect(machine.nextAction(at: at(400)) == .exhausted)
  }

  @Test("no attempt starts after the deadline")
  func deadline() {
    var machine = HappyEyeballsStateMachine(count: 3, deadline: Deadline(at(100)))
    #expect(machine.nextAction(at: at(0)) == .start(0))
    #expect(machine.nextAction(at: at(0)) == .wait(until: Deadline(at(100))))
    #expect(machine.nextAction(at: at(100)) == .wait(until: .never))
    machine.attemptFailed(at: at(100))
    #expect(machine.nextAction(at: at(100)) == .exhausted)
  }

  @Test(
    "silent addresses are tried again 4 s after the round's start, unless the deadline passed or all attempts failed")
  func rounds() {
    var machine = HappyEyeballsStateMachine(count: 2, deadline: Deadline(at(8_100)), repeats: true)
    #expect(machine.nextAction(at: at(0)) == .start(0))
    #expect(machine.nextAction(at: at(250)) == .start(1))
    #expect(machine.nextAction(at: at(250)) == .wait(until: Deadline(at(4_000))))
    machine.attemptFailed(at: at(300))
    #expect(machine.nextAction(at: at(300)) == .wait(until: Deadline(at(4_000))), "one is silent still")
    #expect(machine.nextAction(at: at(4_000)) == .start(0))
    #expect(machine.nextAction(at: at(4_000)) == .wait(until: Deadline(at(4_250))))
    #expect(machine.nextAction(at: at(4_250)) == .start(1))
    #expect(machine.nextAction(at: at(8_000)) == .start(0))
    #expect(machine.nextAction(at: at(8_100)) == .wait(until: .never))
    for _ in 0..<4 { machine.attemptFailed(at: at(8_200)) }
    #expect(machine.nextAction(at: at(8_200)) == .exhausted)
    var refused = HappyEyeballsStateMachine(count: 1, deadline: .never, repeats: true)
    #expect(refused.nextAction(at: at(0)) == .start(0))
    refused.attemptFailed(at: at(10))
    #expect(refused.nextAction(at: at(10)) == .exhausted)
    #expect(refused.nextAction(at: at(5_000)) == .exhausted)
  }

  @Test("in any order of failures every address is tried once, in order, at most 250 ms after the last")
  func anyOrder() {
    var random = SeededRandom(seed: 7)
    for _ in 0..<500 {
      let count = Int.random(in: 1...6, using: &random)
      var machine = HappyEyeballsStateMachine(count: count, deadline: .never)
      var (now, started, running, latest) = (Int64(0), 0, 0, Int64(0))
      loop: while true {
        switch machine.nextAction(at: at(now)) {
        case .start(let index):
          #expect(index == started % count)
          if started < count { #expect(now - latest <= 250) }
          (started, running, latest) = (started + 1, running + 1, now)
        case .wait(let deadline):
          #expect(running > 0)
          let limit = deadline.isNever ? now + 1000 : deadline.instant.nanoseconds / 1_000_000
          now = Int64.random(in: now...limit, using: &random)
          guard deadline.isNever || Bool.random(using: &random) else { continue loop }
          running -= 1
          machine.attemptFailed(at: at(now))
        case .exhausted: break loop
        }
      }
      #expect((count...5 * count).contains(started) && running == 0)
    }
  }
}
