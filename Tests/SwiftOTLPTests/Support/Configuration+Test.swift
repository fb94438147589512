import OTLPTesting
import SwiftOTLP

extension Telemetry.Configuration {
  /// A configuration with these variables alone and without detectors.
  static func test(
    _ environment: [String: String] = [:], _ log: EventLog = EventLog(), _ change: (inout Self) -> Void = { _ in }
  ) -> Self {
    var configuration = Telemetry.Configuration()
    configuration.environment = environment
    configuration.detectors = []
    configuration.diagnostics = log.diagnostics
    change(&configuration)
    return configuration
  }
}

/// Longer than any step takes on a busy machine.
let patience = Duration.seconds(60)
