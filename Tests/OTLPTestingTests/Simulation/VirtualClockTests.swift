import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct VirtualClockTests {
  @Test("hours of virtual time pass at once")
  func hoursPassInNoTime() throws {
    let passed = try simulate(seed: 1) { simulation in
      let start = simulation.now
      await simulation.sleep(.seconds(5 * 3600))
      return simulation.now - start
    }
    #expect(passed == .seconds(5 * 3600))
  }

  @Test("timers fire in order")
  func timersFireInOrder() throws {
    let order = try simulate(seed: 1) { simulation in
      let tasks = [3, 1, 2].map { seconds in
        simulation.task { () -> (Int, MonotonicInstant) in
          await simulation.sleep(.seconds(seconds))
          return (seconds, simulation.now)
        }
      }
      var results: [(Int, MonotonicInstant)] = []
      for task in tasks { results.append(await task.value) }
      return results.sorted { $0.1 < $1.1 }.map(\.0)
    }
    #expect(order == [1, 2, 3])
  }

  @Test("a hang fails with the seed")
  func hangIsAFailure() {
    #expect {
      try simulate(seed: 7) { _ in await Promise<Void>().value }
    } throws: { error in
      "\(error)".contains("seed 7") && "\(error)".contains("nothing is left")
    }
  }

  @Test("the limit of virtual time ends an endless test")
  func limitEndsAnEndlessTest() {
    #expect {
      try simulate(seed: 7, limit: .seconds(60)) { simulation in
        while true { await simulation.sleep(.seconds(1)) }
      }
    } throws: { error in
      "\(error)".contains("limit")
    }
  }

  @Test("an error of the body is thrown")
  func errorOfTheBodyIsThrown() {
    #expect(throws: SystemError.self) {
      try simulate(seed: 1) { _ in throw SystemError(call: "x", code: 1) }
    }
  }

  /// The scheduled event retains the network, which retains the clock with the event.
  @Test("a scheduled event does not keep the simulation alive")
  func nothingOutlivesASimulation() throws {
    let ended = try simulate(seed: 1) { simulation in
      simulation.network.clock.schedule(after: .seconds(60)) { _ = simulation.network }
      return Weak(simulation)
    }
    #expect(ended.simulation == nil)
  }

  private struct Weak: @unchecked Sendable {
    weak var simulation: Simulation?
    init(_ simulation: Simulation) { self.simulation = simulation }
  }

  @Test("a loop runs on the clock without a network")
  func clockServesALoopWithoutNetwork() {
    let clock = VirtualClock()
    let loop = TelemetryLoop(poller: clock)
    let before = clock.now
    loop.schedule(at: Deadline(before + .seconds(90))) { loop.stop() }
    loop.run()
    #expect(clock.now - before == .seconds(90))
  }
}
