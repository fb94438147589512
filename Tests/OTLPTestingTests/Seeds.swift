import Glibc
import SimulatedWorlds
import TelemetryCore
import Testing

/// The seeds that a simulated test runs: `SIMULATION_SEEDS` of each kind. `Tests/simulate` runs many more, and faster.
enum Seeds {
  /// How many seeds to run where `count` is usual.
  static func number(of count: Int) -> Int { getenv("SIMULATION_SEEDS").flatMap { Int(String(cString: $0)) } ?? count }

  /// Runs seeds from 1 on that are `fitting`; the first that fails is reported with the command that replays it.
  static func run(
    _ count: Int, overTLS: Bool = false, sourceLocation: SourceLocation = #_sourceLocation,
    where isFitting: @escaping @Sendable (Seed) -> Bool = { _ in true }
  ) async throws -> [World.Result] {
    let wished = number(of: count)
    let seeds = Array((1...).lazy.map { Seed($0, overTLS: overTLS) }.filter(isFitting).prefix(wished))
    let results = try await results(of: seeds)
    for (seed, result) in zip(seeds, results) where !result.faults.isEmpty {
      Issue.record("\(seed.command)\n\(result.faults.joined(separator: "\n"))", sourceLocation: sourceLocation)
      break
    }
    return results
  }

  /// The same comes of a seed each time.
  static func expectSame(_ seeds: [Seed]) async throws {
    let results = try await results(of: seeds + seeds)
    for (index, seed) in seeds.enumerated() {
      let (first, second) = (results[index], results[index + seeds.count])
      #expect(first.trace == second.trace, "seed \(seed.number)")
      #expect(first.ledger == second.ledger, "seed \(seed.number)")
    }
  }

  /// On a thread of its own: a simulation keeps its thread busy, and the other tests need theirs.
  private static func results(of seeds: [Seed]) async throws -> [World.Result] {
    let results = Promise<[World.Result]>()
    try ThreadSystem.start(name: "simulation", stackSize: 8 << 20) {
      results.fulfil(seeds.map { $0.run() })
    }
    return await results.value
  }
}
