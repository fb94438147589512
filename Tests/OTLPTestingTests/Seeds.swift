import Glibc
import OTLPTesting
import Testing

/// The seeds that a simulated test runs: `SIMULATION_SEEDS` of them, or the one of `SIMULATION_SEED`.
enum Seeds {
  static func value(_ name: String) -> UInt64? {
    guard let text = getenv(name) else { return nil }
    return UInt64(String(cString: text))
  }

  /// Runs `body` with each seed; the first that fails is reported with the command that replays it.
  static func run(
    _ count: UInt64, test: String, _ body: (UInt64) throws -> [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let seeds =
      value("SIMULATION_SEED").map { [$0] } ?? Array(1...(value("SIMULATION_SEEDS") ?? count))
    for seed in seeds {
      var faults: [String]
      do { faults = try body(seed) } catch { faults = ["\(error)"] }
      guard !faults.isEmpty else { continue }
      let command = "SIMULATION_SEED=\(seed) swift test --filter \(test)"
      Issue.record("\(command)\n\(faults.joined(separator: "\n"))", sourceLocation: sourceLocation)
      return
    }
  }
}
