internal import OTLPExport
internal import TelemetryCore

/// Checks values that the configurations of all databases have.
enum DatabaseRules {
  static func validate(timeout: Duration, retention: Duration?) throws(ConfigurationError) {
    guard timeout >= .zero else {
      throw ConfigurationError(option: "timeout", value: "\(timeout)", allowed: "0, which means no limit, or more")
    }
    if let retention, retention < .seconds(1) {
      throw ConfigurationError(option: "retention", value: "\(retention)", allowed: "1 second or more, or nil")
    }
  }
}

extension OTLPConfiguration {
  /// The values for a delivery whose client stores rows instead of sending requests.
  init(storingWithin timeout: Duration, _ retry: OTLPRetryPolicy) {
    self.init(endpoint: "")
    self.timeout.set(timeout)
    self.retry = retry
    compression.set(.none)
  }
}
