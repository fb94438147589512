package import OTLPExport
package import OTLPGRPC
package import TelemetrySDK

/// The parts of the configuration that decide which mistake is behind a failure.
package struct ProbeContext: Sendable {
  package let endpoint: Endpoint
  package let signal: OTLPSignal
  /// The place of requests of OTLP over HTTP; nil for gRPC.
  package let httpPlace: HTTPPlace?
  /// True if the endpoint has no scheme, so that `insecure` decides between plaintext and TLS.
  package let isSchemeless: Bool
  package let hasAuthorization: Bool
  package let isCompressed: Bool
  /// The first proxy for one of the hosts; nil without a proxy.
  package let proxy: String?
  /// The file of authorities, or a description of their text; nil for the system's authorities.
  package let authorities: String?
  /// The name that the server's certificate must have.
  package let certificateName: String

  package init(
    _ configuration: OTLPGRPCExporter.Configuration, endpoint: Endpoint, signal: OTLPSignal = .traces,
    httpPlace: HTTPPlace? = nil
  ) {
    self.endpoint = endpoint
    self.signal = signal
    self.httpPlace = httpPlace
    let text = configuration.endpoint.lowercased()
    isSchemeless = !text.hasPrefix("http://") && !text.hasPrefix("https://")
    hasAuthorization = configuration.headers["authorization"] != nil
    // The probe's request is too small for automatic compression.
    isCompressed = configuration.compression != .none && configuration.compression != .auto
    authorities = configuration.certificate?.shown
    certificateName = configuration.serverName ?? configuration.authority ?? endpoint.serverName
    if case .hosts(let hosts) = endpoint.target {
      proxy = hosts.lazy.compactMap { configuration.values.proxy(for: $0) }.first.map { "\($0)" }
    } else {
      proxy = nil
    }
  }

  /// True for OTLP over HTTP.
  package var isHTTP: Bool { httpPlace != nil }

  /// The hosts and ports, or the socket.
  package var place: String {
    switch endpoint.target {
    case .hosts(let hosts): hosts.map(\.authority).joined(separator: ",")
    case .unix, .unixAbstract: endpoint.description
    }
  }

  package var plaintextURL: String { "http://\(endpoint.authority)" }
  package var secureURL: String { "https://\(endpoint.authority)" }

  /// True if the port is that of OTLP over HTTP.
  package var isHTTPPort: Bool {
    if case .hosts(let hosts) = endpoint.target { hosts.contains { $0.port == 4318 } } else { false }
  }

  /// Further advice about the port, beside that to check it.
  var portAdvice: String {
    if case .hosts(let hosts) = endpoint.target, hosts[0].port == Endpoint.defaultPort {
      return
        "\(Endpoint.defaultPort) is the usual one, so another server may listen there, or a proxy without this route"
    }
    return "the default is \(defaultURL)"
  }

  /// The first host with the default port of OTLP over gRPC.
  package var defaultURL: String {
    guard case .hosts(let hosts) = endpoint.target else { return endpoint.description }
    let name = hosts[0].isIPv6 ? "[\(hosts[0].name)]" : hosts[0].name
    return "\(endpoint.isSecure ? "https" : "http")://\(name):\(Endpoint.defaultPort)"
  }
}
