package import TelemetryCore
internal import TelemetrySDK

/// What every OTLP exporter can be told, whatever its transport (RULES 2.1).
package struct OTLPSettings: Sendable {
  package var endpoint: Setting<String>
  /// Endpoints after the first; only code has them.
  package private(set) var furtherEndpoints: [String] = []
  package var insecure = Setting(false)
  package var certificate = Setting<PEMSource?>(nil)
  package var includesSystemAuthorities = false
  package var clientCertificate = Setting<PEMSource?>(nil)
  package var clientKey = Setting<PEMSource?>(nil)
  package var clientKeyPassword: KeyPassword?
  package var serverName: String?
  package var authority: String?
  package var minimumTLSVersion = OTLPTLSVersion.tls12
  package var certificateReloadInterval: Duration? = .zero
  package var connectTimeout = Duration.seconds(20)
  package var headers = OTLPHeaders()
  package var headerProvider: HeaderProvider?
  package var compression = Setting(OTLPCompression.auto)
  package var timeout = Setting(Duration.seconds(10))
  package var proxy = Setting(OTLPProxy.none)
  package var maxRequestSize = 64 << 20
  package var maxResponseSize = 4 << 20
  package var userAgentPrefix = ""
  package var retry = OTLPRetryPolicy()

  package init(endpoint: String) { self.endpoint = Setting(endpoint) }

  /// All endpoints, the preferred one first.
  package var endpoints: [String] {
    get { [endpoint.value] + furtherEndpoints }
    set {
      endpoint.set(newValue.first ?? "")
      furtherEndpoints = Array(newValue.dropFirst())
    }
  }

  /// Checks everything that can be checked without opening a file.
  /// - Returns: The servers, at least one; all with TLS or all without.
  package func validate() throws(ConfigurationError) -> [Endpoint] {
    let servers = try servers()
    try validateFiles()
    try validateConnection()
    try HeaderRules.validate(headers)
    guard timeout.value >= .zero else {
      throw ConfigurationError(
        option: timeout.name("timeout"), value: "\(timeout.value)", allowed: "0, which means no limit, or more")
    }
    // The length in front of a gRPC message has 32 bits.
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
    return servers
  }

  private static let mostEndpoints = 100

  private func servers() throws(ConfigurationError) -> [Endpoint] {
    let first = try Endpoint(endpoint.value, insecure: insecure.value, option: endpoint.name("endpoint"))
    guard furtherEndpoints.count < OTLPSettings.mostEndpoints else {
      throw ConfigurationError(
        option: "endpoints", value: "\(endpoints.count) endpoints", allowed: "1 to \(OTLPSettings.mostEndpoints)")
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

  /// The compression of connections to `servers`: automatic, it spares networks, and to this machine there is none.
  package func compression(to servers: [Endpoint]) -> OTLPCompression {
    let isNear = servers.allSatisfy { $0.isLocal && isDirect($0) }
    return compression.value == .auto && isNear ? .none : compression.value
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
        option: proxy.name("proxy.except"), value: problem,
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

  private func validateConnection() throws(ConfigurationError) {
    if let serverName { try ServerNameRules.validate(serverName: serverName) }
    if let authority { try ServerNameRules.validate(authority: authority) }
    try ConfigurationError.require("connectTimeout", connectTimeout, in: .milliseconds(100) ... .seconds(600))
    if let certificateReloadInterval {
      try ConfigurationError.require(
        "certificateReloadInterval", certificateReloadInterval, in: .zero ... .seconds(86_400))
    }
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
    // A certificate without its key, or the reverse, would quietly mean no client certificate (2.5.6).
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

  /// Warns of what is set and has no effect on connections to `servers` (2.2.7, 2.5.7).
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

  /// The value of `user-agent` (2.5.3, 2.5.4).
  package var userAgent: String {
    let own = "OTel-OTLP-Exporter-Swift/\(OTLPVersion.current)"
    let prefix = userAgentPrefix.trimmed
    return prefix.isEmpty ? own : "\(prefix) \(own)"
  }
}

/// This package's version.
package enum OTLPVersion {
  package static let current = PackageVersion.current
}
