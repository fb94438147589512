package import TelemetryCore

/// What every OTLP exporter can be told, whatever its transport (requirements section 2).
package struct OTLPSettings: Sendable {
  package var endpoint: Setting<String>
  package var insecure = Setting(false)
  package var certificate = Setting<String?>(nil)
  package var clientCertificate = Setting<String?>(nil)
  package var clientKey = Setting<String?>(nil)
  package var headers = OTLPHeaders()
  package var headerProvider: HeaderProvider?
  package var compression = Setting(OTLPCompression.auto)
  package var timeout = Setting(Duration.seconds(10))
  package var proxy = Setting(OTLPProxy.none)
  package var maxRequestSize = 64 << 20
  package var maxResponseSize = 4 << 20
  package var userAgentPrefix = ""
  package var retry = RetryPolicy()

  package init(endpoint: String) { self.endpoint = Setting(endpoint) }

  /// Checks everything that can be checked without opening a file.
  /// - Returns: The server.
  package func validate() throws(ConfigurationError) -> Endpoint {
    let server = try Endpoint(endpoint.value, insecure: insecure.value, option: endpoint.name("endpoint"))
    try validateFiles()
    try HeaderRules.validate(headers)
    guard timeout.value >= .zero else {
      throw ConfigurationError(
        option: timeout.name("timeout"), value: "\(timeout.value)", allowed: "0, which means no limit, or more")
    }
    // The length in front of a gRPC message has 32 bits.
    try ConfigurationError.require("maxRequestSize", maxRequestSize, in: 0...Int(UInt32.max))
    try ConfigurationError.require("maxResponseSize", maxResponseSize, in: 1...Int(UInt32.max))
    guard userAgentPrefix.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), userAgentPrefix.utf8.count <= 256 else {
      throw ConfigurationError(
        option: "userAgentPrefix", value: Diagnostics.sanitized(userAgentPrefix, limit: 100),
        allowed: "up to 256 characters of printable ASCII")
    }
    if let level = compression.value.level {
      try ConfigurationError.require(compression.name("compression") + " level", level, in: 1...9)
    }
    try retry.validate()
    _ = try proxyURL()
    return server
  }

  /// The compression of a connection to `server`: automatic, it spares networks, and to this machine there is none.
  package func compression(to server: Endpoint) -> OTLPCompression {
    compression.value == .auto && server.isLocal && isDirect(server) ? .none : compression.value
  }

  /// No proxy lies between, whose `localhost` would be another machine.
  private func isDirect(_ server: Endpoint) -> Bool {
    guard case .hosts(let hosts) = server.target else { return true }
    return hosts.allSatisfy { proxy(for: $0) == nil }
  }

  private func proxyURL() throws(ConfigurationError) -> ProxyURL? {
    guard let text = proxy.value.url else { return nil }
    let url = try ProxyURL(text, option: proxy.name("proxy"))
    if let problem = ProxyExceptions(proxy.value.exceptions).problems.first {
      throw ConfigurationError(
        option: proxy.name("proxy.except"), value: Diagnostics.sanitized(problem, limit: 200),
        allowed: ProxyExceptions.forms)
    }
    return url
  }

  /// The proxy that a checked configuration has for a host; nil to connect to it directly.
  package func proxy(for host: Endpoint.Host) -> ProxyURL? {
    // The proxy of an environment is for what is far away; one that code names is meant.
    guard let url = try? proxyURL(), proxy.source == .code || !host.isLocal else { return nil }
    return ProxyExceptions(proxy.value.exceptions).contains(host: host.name, port: host.port) ? nil : url
  }

  private func validateFiles() throws(ConfigurationError) {
    let files = [("certificate", certificate), ("clientCertificate", clientCertificate), ("clientKey", clientKey)]
    for (option, file) in files where file.value?.isEmpty == true {
      throw ConfigurationError(option: file.name(option), value: "", allowed: "the path of a PEM file")
    }
    // A certificate without its key, or the reverse, would quietly mean no client certificate (2.5.6).
    switch (clientCertificate.value, clientKey.value) {
    case (let certificate?, nil):
      throw ConfigurationError(
        option: clientCertificate.name("clientCertificate"), value: certificate,
        allowed: "a client certificate together with its client key")
    case (nil, let key?):
      throw ConfigurationError(
        option: clientKey.name("clientKey"), value: key,
        allowed: "a client key together with its client certificate")
    default: break
    }
  }

  /// Warns of what is set and has no effect on a connection to `server` (2.2.7, 2.5.7).
  package func warn(of server: Endpoint, _ diagnostics: Diagnostics) {
    if server.hasCredentials {
      diagnostics.emit(
        .warning, "the user name and password in the endpoint are ignored; a header carries credentials",
        [("option", endpoint.name("endpoint"))])
    }
    if !server.hasHosts, proxy.source == .code, proxy.value != .none {
      diagnostics.emit(
        .warning, "a proxy has no effect: the endpoint is a socket of this machine",
        [("option", proxy.name("proxy")), ("endpoint", server.description)])
    }
    guard !server.isSecure else { return }
    let files = [("certificate", certificate), ("clientCertificate", clientCertificate), ("clientKey", clientKey)]
    for (option, file) in files where file.value != nil {
      diagnostics.emit(
        .warning, "a certificate has no effect: the connection is plaintext",
        [("option", file.name(option)), ("endpoint", server.description)])
    }
  }

  /// The value of `user-agent` (2.5.3, 2.5.4).
  package var userAgent: String {
    let own = "OTel-OTLP-Exporter-Swift/\(OTLPVersion.current)"
    let prefix = HeaderList.trimmed(userAgentPrefix[...])
    return prefix.isEmpty ? own : "\(prefix) \(own)"
  }
}

/// This package's version.
package enum OTLPVersion {
  package static let current = "0.1.0"
}
