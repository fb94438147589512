internal import Synchronization
package import TelemetryCore

/// The environment of a simulated test: a loop over a simulated network, and random numbers from the seed.
package final class Simulation: Sendable {
  package let seed: UInt64
  /// The time by which each reading moves the clock.
  package let tick: Duration
  package let network: SimulatedNetwork
  package let loop: TelemetryLoop
  private let random: Mutex<SeededRandom>

  init(seed: UInt64, limit: Duration, tick: Duration) {
    self.seed = seed
    self.tick = tick
    network = SimulatedNetwork(seed: seed, clock: VirtualClock(limit: limit, tick: tick))
    loop = TelemetryLoop(poller: network.clock)
    // Separate from the network's random numbers, so that an additional draw of a test doesn't change the latencies.
    random = Mutex(SeededRandom(seed: ~seed))
  }

  package var now: MonotonicInstant { network.clock.present }
  package var trace: VirtualClock.Trace { network.clock.trace }

  /// Sleeps in virtual time.
  package func sleep(_ duration: Duration) async { await loop.sleep(until: Deadline(now + duration)) }

  /// The result of `body` with the seed's random numbers.
  package func draw<Value: Sendable>(_ body: (inout SeededRandom) -> Value) -> Value {
    random.withLock { random in
      var copy = random
      defer { random = copy }
      return body(&copy)
    }
  }

  /// A random number in `range`.
  package func draw(in range: ClosedRange<Int>) -> Int { draw { Int.random(in: range, using: &$0) } }

  /// Runs `body` as another task of the simulation.
  @discardableResult
  package func task<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
    Task(executorPreference: loop, operation: body)
  }
}
