package import TelemetryCore
internal import TelemetrySDK

/// The values of an OTLP exporter, whatever its transport (RULES 2.1).
package struct OTLPConfiguration: Sendable {
  package var endpoint: Setting<String>
  /// Endpoints after the first, which only code can set.
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
  /// The longest time of an attempt; zero for no limit.
  package var timeout = Setting(Duration.seconds(10))
  package var proxy = Setting(OTLPProxy.none)
  /// In bytes before compression; 0 for no limit.
  package var maxRequestSize = 64 << 20
  package var maxResponseSize = 4 << 20
  package var maxConcurrentExports = 16
  package var userAgentPrefix = ""
  package var retry = OTLPRetryPolicy()

  package init(endpoint: String) { self.endpoint = Setting(endpoint) }

  /// All endpoints, the preferred first.
  package var endpoints: [String] {
    get { [endpoint.value] + furtherEndpoints }
    set {
      endpoint.set(newValue.first ?? "")
      furtherEndpoints = Array(newValue.dropFirst())
    }
  }

  /// The names of the values set in code by which items reach their server, and no other one.
  package var namesFromCode: [String] {
    let names: [(String, Bool)] = [
      ("endpoint", endpoint.isFromCode), ("certificate", certificate.isFromCode),
      ("clientCertificate", clientCertificate.isFromCode), ("clientKey", clientKey.isFromCode),
      ("headers", !headers.isEmpty), ("headerProvider", headerProvider != nil),
    ]
    return names.filter(\.1).map(\.0)
  }

  /// The compression of connections to `servers`. Automatic compression saves network traffic, and is off where no
  /// network is in between.
  package func compression(to servers: [Endpoint]) -> OTLPCompression {
    let isNear = servers.allSatisfy { $0.isLocal && isDirect($0) }
    return compression.value == .auto && isNear ? .none : compression.value
  }

  /// True if no proxy is between, for which `localhost` would mean another machine.
  private func isDirect(_ server: Endpoint) -> Bool {
    guard case .hosts(let hosts) = server.target else { return true }
    return hosts.allSatisfy { proxy(for: $0) == nil }
  }

  /// The proxy for connections to a host, of a valid configuration; nil for a direct connection.
  package func proxy(for host: Endpoint.Host) -> ProxyURL? {
    // A proxy from the environment doesn't apply to this machine; a proxy set in code does.
    guard let url = try? proxyURL(), proxy.source == .code || !host.isLocal else { return nil }
    return ProxyExceptions(proxy.value.exceptions).contains(host: host.name, port: host.port) ? nil : url
  }

  func proxyURL() throws(ConfigurationError) -> ProxyURL? {
    guard let text = proxy.value.url else { return nil }
    let url = try ProxyURL(text, option: proxy.name("proxy"))
    if let problem = ProxyExceptions(proxy.value.exceptions).problems.first {
      throw ConfigurationError(
        option: proxy.name("proxy.except"), value: problem,
        allowed: ProxyExceptions.forms)
    }
    return url
  }

  /// The host that a TLS handshake requests from `server` (SNI), unless the server name is another host.
  package func hostName(of server: Endpoint) -> String {
    (authority.flatMap { try? Endpoint($0, insecure: false) } ?? server).serverName
  }

  /// The name that the certificate of `server` must have.
  package func certificateName(of server: Endpoint) -> String { serverName ?? hostName(of: server) }

  /// The value of `user-agent` (2.5.3, 2.5.4).
  package var userAgent: String {
    let own = "OTel-OTLP-Exporter-Swift/\(PackageVersion.current)"
    let prefix = userAgentPrefix.trimmed
    return prefix.isEmpty ? own : "\(prefix) \(own)"
  }
}
