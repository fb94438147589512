import OTLPTesting
import TelemetrySDK

/// A seed, and the simulation that it selects.
package struct Seed: Sendable {
  package let number: UInt64
  package var overTLS = false

  package init(_ number: UInt64, overTLS: Bool = false) {
    self.number = number
    self.overTLS = overTLS
  }

  /// True for one seed in five, which simulates the channel without exporter and processor.
  package var isChannelOnly: Bool { !overTLS && number % 5 == 0 }

  /// True for one seed in ten, which simulates an outage under a steady load.
  package var isOutage: Bool { !overTLS && number % 10 == 3 }

  /// True if the seed simulates a world over TLS.
  package var isOverTLS: Bool { !isChannelOnly && !isOutage && WorldPlan(seed: number, overTLS: overTLS).overTLS }

  /// The command that replays this seed.
  package var command: String { "Tests/simulate --seed \(number)\(overTLS ? " --tls" : "")" }

  /// Runs the simulation.
  ///
  /// - Parameter log: Called with the pipeline's diagnostics.
  package func run(log: (@Sendable (String) -> Void)? = nil) -> World.Result {
    do {
      if isChannelOnly { return try ChannelWorld.run(seed: number, log: log) }
      if isOutage {
        let scene = OutageScene.random(seed: number)
        let result = try scene.run()
        return World.Result(faults: scene.faults(result), ledger: result.ledger, trace: result.trace)
      }
      return try World.run(WorldPlan(seed: number, overTLS: overTLS), log: log)
    } catch {
      return World.Result(faults: ["\(error)"], ledger: Ledger(), trace: VirtualClock.Trace())
    }
  }

  /// The settings of the simulation.
  package var plan: String {
    if isOutage { return "\(OutageScene.random(seed: number))" }
    return isChannelOnly ? "the channel alone" : WorldPlan(seed: number, overTLS: overTLS).description
  }

  /// Runs the simulation. One seed in 50 runs twice, and its runs must have equal traces and ledgers.
  package func verdict() -> World.Result {
    var first = run()
    guard number % 50 == 7 else { return first }
    let second = run()
    if second.trace != first.trace || second.ledger != first.ledger {
      first.faults.append("a second run of the same seed has another trace or ledger")
    }
    return first
  }
}
