import OTLPTesting
import TelemetryCore

extension Duration {
  /// The tick of the clock in the simulation of a seed: zero for three seeds in four, else up to 30 µs.
  static func tick(seed: UInt64) -> Duration {
    guard seed % 4 == 2 else { return .zero }
    var random = SeededRandom(seed: seed &* 0xD134_2543 ^ 0x71C)
    return .nanoseconds(Int64.random(in: 1...30_000, using: &random))
  }
}

extension Simulation {
  // The work at a deadline reads the clock at most this many times.
  private static let readings = 2000

  /// The instant after which something with `deadline` is late.
  func latest(_ deadline: Deadline) -> MonotonicInstant { deadline.instant + tick * Simulation.readings }
}
