import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct DeadlineTests {
  @Test func aDeadlinePassesAtItsInstant() {
    let now = MonotonicInstant(nanoseconds: 1000)
    let deadline = Deadline(now + .nanoseconds(5))
    #expect(deadline.remaining(at: now) == .nanoseconds(5) && !deadline.hasPassed(at: now))
    #expect(deadline.hasPassed(at: now + .nanoseconds(5)) && deadline.remaining(at: now + .seconds(1)) == .zero)
    #expect(Deadline.never.isNever && !Deadline.never.hasPassed && deadline < .never)
    #expect(Deadline(.init(nanoseconds: .max - 1) + .seconds(1)).isNever)
    #expect(Deadline.never.remaining(at: now) == .nanoseconds(Int64.max))
  }

  @Test("arithmetic with extreme instants and durations neither traps nor contradicts itself") func extremes() {
    for start in Extremes.instants {
      let instant = MonotonicInstant(nanoseconds: start)
      for duration in Extremes.durations {
        let sum = instant + duration
        #expect(duration < .zero ? sum <= instant : sum >= instant)
        let deadline = Deadline(sum)
        for now in Extremes.instants {
          let now = MonotonicInstant(nanoseconds: now)
          #expect(deadline.remaining(at: now) >= .zero && deadline.nanosecondsLeft(at: now) >= 0)
          #expect(deadline.hasPassed(at: now) == (deadline.remaining(at: now) == .zero))
          #expect((now - sum < .zero) == (now < sum))
        }
        #expect(Deadline.after(duration).remaining >= .zero)
      }
    }
  }

  @Test("a wait with a passed deadline ends at once")
  func waits() async throws {
    let lease = try TelemetryRuntime.shared.acquire()
    defer { lease.end() }
    let semaphore = BlockingSemaphore()
    for start in Extremes.instants where start <= 1 {
      let deadline = Deadline(.init(nanoseconds: start))
      #expect(await Promise<Int>().value(until: deadline, on: lease.loop) == nil)
      #expect(await lease.loop.sleep(until: deadline))
      #expect(await TelemetryRuntime.shared.block { semaphore.wait(until: deadline) } == false)
    }
    // The end of time is still ahead.
    let far = Deadline(.init(nanoseconds: .max - 1))
    let timer = lease.loop.schedule(at: far) {}
    #expect(
      await TelemetryRuntime.shared.block { () -> Bool in
        semaphore.signal()
        return semaphore.wait(until: far)
      })
    #expect(lease.loop.cancel(timer))
  }
}
