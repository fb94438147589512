internal import TelemetryCore

extension OTLPConfiguration {
  /// Every value but the endpoints with its name, without secrets, for the descriptions of the transports' configurations.
  package var fields: [(name: String, value: String)] {
    tlsFields + [
      ("headers", headers.isEmpty ? "none" : headers.description),
      ("headerProvider", headerProvider == nil ? "none" : "set"), ("compression", "\(compression.value)"),
      ("timeout", "\(timeout.value)"), ("proxy", "\(proxy.value)"), ("maxRequestSize", "\(maxRequestSize)"),
      ("maxResponseSize", "\(maxResponseSize)"),
      ("userAgentPrefix", userAgentPrefix.isEmpty ? "none" : Redaction.shown(userAgentPrefix)),
      ("maxConcurrentExports", "\(maxConcurrentExports)"), ("connectTimeout", "\(connectTimeout)"),
    ] + retry.fields
  }

  private var tlsFields: [(name: String, value: String)] {
    [
      ("certificate", certificate.value.map { "\($0)" } ?? "system"),
      ("includesSystemAuthorities", "\(includesSystemAuthorities)"),
      ("clientCertificate", clientCertificate.value.map { "\($0)" } ?? "none"),
      ("clientKey", clientKey.value.map { "\($0)" } ?? "none"),
      ("clientKeyPassword", clientKeyPassword.map { "\($0)" } ?? "none"),
      ("serverName", serverName.map(Redaction.shown) ?? "endpoint"),
      ("authority", authority.map(Redaction.shown) ?? "endpoint"), ("minimumTLSVersion", "\(minimumTLSVersion)"),
      ("certificateReloadInterval", certificateReloadInterval.map { "\($0)" } ?? "never"),
    ]
  }
}

extension OTLPRetryPolicy {
  fileprivate var fields: [(name: String, value: String)] {
    [
      ("retry.initialBackoff", "\(initialBackoff)"), ("retry.maxBackoff", "\(maxBackoff)"),
      ("retry.multiplier", "\(multiplier)"), ("retry.maxAttempts", maxAttempts.map { "\($0)" } ?? "no limit"),
      ("retry.circuitThreshold", circuitThreshold.map { "\($0)" } ?? "none"),
      ("retry.maxCircuitPause", "\(maxCircuitPause)"), ("retry.isolatesRefusedItems", "\(isolatesRefusedItems)"),
    ]
  }
}
