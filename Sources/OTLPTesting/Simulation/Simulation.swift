internal import Synchronization
package import TelemetryCore

/// What a simulated test runs in: a loop over a simulated network, and random numbers of the seed.
package final class Simulation: Sendable {
  package let seed: UInt64
  package let network: SimulatedNetwork
  package let loop: TelemetryLoop
  private let random: Mutex<SeededRandom>

  init(seed: UInt64, limit: Duration) {
    self.seed = seed
    network = SimulatedNetwork(seed: seed, clock: VirtualClock(limit: limit))
    loop = TelemetryLoop(poller: network)
    // Another stream than the network's: a test that draws once more doesn't change the latencies.
    random = Mutex(SeededRandom(seed: ~seed))
  }

  package var now: MonotonicInstant { network.now }
  package var trace: VirtualClock.Trace { network.clock.trace }

  /// Lets virtual time pass.
  package func sleep(_ duration: Duration) async { await loop.sleep(until: Deadline(now + duration)) }

  /// Draws from the seed's random numbers.
  package func draw<Value: Sendable>(_ body: (inout SeededRandom) -> Value) -> Value {
    random.withLock { random in
      var copy = random
      defer { random = copy }
      return body(&copy)
    }
  }

  /// A number out of `range`.
  package func draw(in range: ClosedRange<Int>) -> Int { draw { Int.random(in: range, using: &$0) } }

  /// Runs `body` as another task of the simulation.
  @discardableResult
  package func task<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
    Task(executorPreference: loop, operation: body)
  }
}

/// A simulation ended before its test did.
package struct SimulationStopped: Error, CustomStringConvertible {
  package let seed: UInt64
  package let reason: String
  package let after: Duration

  package var description: String { "seed \(seed): stopped after \(after): \(reason)" }
}

/// Runs `body` on a virtual clock and a simulated network, on the calling thread, until it returns.
///
/// All tasks must stay on the simulation's loop. When nothing is left to do and `body` hasn't returned, or `limit` of
/// virtual time has passed, it throws: a hang is a failing test.
package func simulate<Value: Sendable>(
  seed: UInt64, limit: Duration = .seconds(24 * 3600),
  _ body: @escaping @Sendable (Simulation) async throws -> Value
) throws -> Value {
  let simulation = Simulation(seed: seed, limit: limit)
  let loop = simulation.loop
  let result = Promise<Result<Value, any Error>>()
  let start = simulation.now
  simulation.network.clock.onStop { reason in
    result.fulfil(
      .failure(SimulationStopped(seed: seed, reason: reason, after: simulation.now - start)))
    loop.stop()
  }
  Task(executorPreference: loop) {
    do {
      result.fulfil(.success(try await body(simulation)))
    } catch {
      result.fulfil(.failure(error))
    }
    loop.stop()
  }
  loop.run()
  simulation.network.end()
  guard let outcome = result.current else { preconditionFailure("the loop was stopped by something else") }
  return try outcome.get()
}
