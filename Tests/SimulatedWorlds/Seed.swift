import OTLPTesting
import TelemetrySDK

/// A seed, and all that follows from it.
package struct Seed: Sendable {
  package let number: UInt64
  package var overTLS = false

  package init(_ number: UInt64, overTLS: Bool = false) {
    self.number = number
    self.overTLS = overTLS
  }

  /// One seed in five is for the channel alone.
  package var isForChannel: Bool { !overTLS && number % 5 == 0 }

  /// One in ten is an outage under a steady load.
  package var isOutage: Bool { !overTLS && number % 10 == 3 }

  /// Whether its world is one over TLS.
  package var isOverTLS: Bool { !isForChannel && !isOutage && WorldPlan(seed: number, overTLS: overTLS).overTLS }

  /// The command that runs this seed alone.
  package var command: String { "Tests/simulate --seed \(number)\(overTLS ? " --tls" : "")" }

  /// Runs it.
  /// - Parameter log: Takes the pipeline's diagnostics.
  package func run(log: (@Sendable (String) -> Void)? = nil) -> World.Result {
    do {
      if isForChannel { return try ChannelWorld.run(seed: number, log: log) }
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

  /// What was drawn for it.
  package var plan: String {
    if isOutage { return "\(OutageScene.random(seed: number))" }
    return isForChannel ? "the channel alone" : WorldPlan(seed: number, overTLS: overTLS).description
  }

  /// Runs it, and a share of the seeds twice, for the same must come of it.
  package func verdict() -> World.Result {
    var first = run()
    guard number % 50 == 7 else { return first }
    let second = run()
    if second.trace != first.trace || second.ledger != first.ledger {
      first.faults.append("another run of the same seed went another way")
    }
    return first
  }
}
