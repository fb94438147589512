import Glibc
import SimulatedWorlds
import TelemetryCore
import Testing

/// Runs the seeds of a simulated test, `SIMULATION_SEEDS` of each kind. `Tests/simulate` runs more seeds, and faster.
enum Seeds {
  /// The number of seeds to run, by default `count`.
  static func number(of count: Int) -> Int { getenv("SIMULATION_SEEDS").flatMap { Int(String(cString: $0)) } ?? count }

  /// Runs the first seeds for which `isFitting` is true. Reports the first failing seed with the command that replays it.
  static func run(
    _ count: Int, overTLS: Bool = false, sourceLocation: SourceLocation = #_sourceLocation,
    where isFitting: @escaping @Sendable (Seed) -> Bool = { _ in true }
  ) async throws -> [World.Result] {
    let seeds = Array((1...).lazy.map { Seed($0, overTLS: overTLS) }.filter(isFitting).prefix(number(of: count)))
    let results = try await results(of: seeds)
    for (seed, result) in zip(seeds, results) where !result.faults.isEmpty {
      Issue.record("\(seed.command)\n\(result.faults.joined(separator: "\n"))", sourceLocation: sourceLocation)
      break
    }
    return results
  }

  /// Expects that two runs of each seed have equal traces and ledgers.
  static func expectSame(_ seeds: [Seed]) async throws {
    let results = try await results(of: seeds + seeds)
    for (index, seed) in seeds.enumerated() {
      let (first, second) = (results[index], results[index + seeds.count])
      #expect(first.trace == second.trace, "seed \(seed.number)")
      #expect(first.ledger == second.ledger, "seed \(seed.number)")
    }
  }

  /// Runs the seeds on a thread of their own, because a simulation keeps its thread busy.
  private static func results(of seeds: [Seed]) async throws -> [World.Result] {
    let results = Promise<[World.Result]>()
    try ThreadSystem.start(name: "simulation", stackSize: 8 << 20) {
      results.fulfil(seeds.map { $0.run() })
    }
    return await results.value
  }
}
