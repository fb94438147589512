internal import TelemetryCore

/// The error of a simulation that ended before its test.
package struct SimulationStopped: Error, CustomStringConvertible {
  package let seed: UInt64
  package let reason: String
  package let after: Duration

  package var description: String { "seed \(seed): stopped after \(after): \(reason)" }
}

/// Runs `body` on a virtual clock and a simulated network, on the calling thread, until it returns.
///
/// All tasks must stay on the simulation's loop.
///
/// - Parameter tick: The time by which each reading moves the clock.
/// - Throws: The error of `body`, or `SimulationStopped` if `body` can't return because nothing is left to run, or if
///   `limit` of virtual time has passed. A hang is therefore a failing test.
package func simulate<Value: Sendable>(
  seed: UInt64, limit: Duration = .seconds(24 * 3600), tick: Duration = .zero,
  _ body: @escaping @Sendable (Simulation) async throws -> Value
) throws -> Value {
  let simulation = Simulation(seed: seed, limit: limit, tick: tick)
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
