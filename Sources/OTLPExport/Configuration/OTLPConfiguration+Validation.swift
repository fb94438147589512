package import TelemetryCore

extension OTLPConfiguration {
  private static let mostEndpoints = 100

  /// Checks all values without opening a file.
  /// - Returns: The servers, never empty; all with TLS or all without.
  /// - Throws: An error that names the first value that can't be used.
  package func validate() throws(ConfigurationError) -> [Endpoint] {
    let servers = try servers()
    try validateValues()
    return servers
  }

  /// Checks all values but the endpoints.
  package func validateValues() throws(ConfigurationError) {
    try validateFiles()
    try validateConnection()
    try HeaderRules.validate(headers)
    guard timeout.value >= .zero else {
      throw ConfigurationError(
        option: timeout.name("timeout"), value: "\(timeout.value)", allowed: "0, which means no limit, or more")
    }
    // The length in gRPC's prefix of a message has 32 bits.
    try ConfigurationError.require("maxRequestSize", maxRequestSize, in: 0...Int(UInt32.max))
    try ConfigurationError.require("maxResponseSize", maxResponseSize, in: 1...Int(UInt32.max))
    guard userAgentPrefix.utf8.allSatisfy(\.isPrintableASCII), userAgentPrefix.utf8.count <= 256 else {
      throw ConfigurationError(
        option: "userAgentPrefix", value: userAgentPrefix,
        allowed: "up to 256 characters of printable ASCII")
    }
    if let level = compression.value.level {
      try ConfigurationError.require(compression.name("compression") + " level", level, in: 1...9)
    }
    try retry.validate()
    _ = try proxyURL()
  }

  private func servers() throws(ConfigurationError) -> [Endpoint] {
    let first = try Endpoint(endpoint.value, insecure: insecure.value, option: endpoint.name("endpoint"))
    guard furtherEndpoints.count < OTLPConfiguration.mostEndpoints else {
      throw ConfigurationError(
        option: "endpoints", value: "\(endpoints.count) endpoints", allowed: "1 to \(OTLPConfiguration.mostEndpoints)")
    }
    var servers = [first]
    for text in furtherEndpoints {
      let server = try Endpoint(text, insecure: insecure.value, option: "endpoints")
      guard server.isSecure == first.isSecure else {
        let (rule, other) = first.isSecure ? ("with TLS", "plaintext") : ("in plaintext", "TLS")
        throw ConfigurationError(
          option: "endpoints", value: Endpoint.redacted(text),
          allowed: "only endpoints \(rule), as the first one is; this one means \(other)")
      }
      servers.append(server)
    }
    return servers
  }

  private func validateConnection() throws(ConfigurationError) {
    if let serverName { try ServerNameRules.validate(serverName: serverName) }
    if let authority { try ServerNameRules.validate(authority: authority) }
    try ConfigurationError.require("connectTimeout", connectTimeout, in: .milliseconds(100) ... .seconds(600))
    if let certificateReloadInterval {
      try ConfigurationError.require(
        "certificateReloadInterval", certificateReloadInterval, in: .zero ... .seconds(86_400))
    }
    try ConfigurationError.require("maxConcurrentExports", maxConcurrentExports, in: 1...1000)
  }

  private var files: [(option: String, file: Setting<PEMSource?>)] {
    [("certificate", certificate), ("clientCertificate", clientCertificate), ("clientKey", clientKey)]
  }

  private func validateFiles() throws(ConfigurationError) {
    for (option, file) in files where file.value?.isEmpty == true {
      throw ConfigurationError(
        option: file.name(option), value: "", allowed: "the path of a PEM file, or the text itself")
    }
    if clientKeyPassword != nil, clientKey.value == nil {
      throw ConfigurationError(
        option: "clientKeyPassword", value: Redaction.mark, allowed: "a password together with its client key")
    }
    // A certificate without its key, or the reverse, would silently mean no client certificate (2.5.6).
    switch (clientCertificate.value, clientKey.value) {
    case (let certificate?, nil):
      throw ConfigurationError(
        option: clientCertificate.name("clientCertificate"), value: certificate.shown,
        allowed: "a client certificate together with its client key")
    case (nil, let key?):
      throw ConfigurationError(
        option: clientKey.name("clientKey"), value: key.shown,
        allowed: "a client key together with its client certificate")
    default: break
    }
  }

  /// Warns of values without effect on connections to `servers` (2.2.7, 2.5.7).
  package func warn(of servers: [Endpoint], _ diagnostics: Diagnostics) {
    if servers.contains(where: \.hasCredentials) {
      diagnostics.emit(
        .warning, "the user name and password in the endpoint are ignored; a header carries credentials",
        [("option", endpoint.name("endpoint"))])
    }
    if let server = servers.first, !servers.contains(where: \.hasHosts), proxy.source == .code, proxy.value != .none {
      diagnostics.emit(
        .warning, "a proxy has no effect: the endpoint is a socket of this machine",
        [("option", proxy.name("proxy")), ("endpoint", server.description)])
    }
    for (option, file) in files where file.value?.isTextInPlaceOfName == true {
      diagnostics.emit(
        .info, "the text of a PEM file stands where its name is expected, and is used", [("option", file.name(option))])
    }
    guard let server = servers.first, !server.isSecure else { return }
    for (option, file) in files where file.value != nil {
      diagnostics.emit(
        .warning, "a certificate has no effect: the connection is plaintext",
        [("option", file.name(option)), ("endpoint", server.description)])
    }
  }
}
