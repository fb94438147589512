package import OTLPExport
package import OTLPGRPC

/// What is known of the configuration when something fails: the same failure can come from different mistakes.
package struct Situation: Sendable {
  package let endpoint: Endpoint
  /// The endpoint has no scheme that decides between plaintext and TLS.
  package let isSchemeless: Bool
  package let hasClientCertificate: Bool
  package let hasAuthorization: Bool
  package let isCompressed: Bool
  /// The proxy that leads to the first host, in words; nil if none does.
  package let proxy: String?
  /// The file of authorities, or that they are a text; nil for the system's.
  package let authorities: String?
  /// What the server's certificate must be for.
  package let certificateName: String

  package init(_ configuration: OTLPGRPCExporter.Configuration, endpoint: Endpoint) {
    self.endpoint = endpoint
    let text = configuration.endpoint.lowercased()
    isSchemeless = !text.hasPrefix("http://") && !text.hasPrefix("https://")
    hasClientCertificate = configuration.clientCertificate != nil
    hasAuthorization = configuration.headers["authorization"] != nil
    // A probe is too small for automatic compression.
    isCompressed = configuration.compression != .none && configuration.compression != .auto
    authorities = configuration.certificate?.shown
    certificateName = configuration.serverName ?? configuration.authority ?? endpoint.serverName
    if case .hosts(let hosts) = endpoint.target {
      proxy = hosts.lazy.compactMap { configuration.values.proxy(for: $0) }.first.map { "\($0)" }
    } else {
      proxy = nil
    }
  }

  /// The host and port, or the socket.
  package var place: String {
    switch endpoint.target {
    case .hosts(let hosts): hosts.map(\.authority).joined(separator: ",")
    case .unix, .unixAbstract: endpoint.description
    }
  }

  package var plaintextURL: String { "http://\(endpoint.authority)" }
  package var secureURL: String { "https://\(endpoint.authority)" }

  /// The port is that of OTLP over HTTP.
  package var isHTTPPort: Bool {
    if case .hosts(let hosts) = endpoint.target { hosts.contains { $0.port == 4318 } } else { false }
  }

  /// The same place at gRPC's usual port.
  package var usualURL: String {
    guard case .hosts(let hosts) = endpoint.target else { return endpoint.description }
    let name = hosts[0].isIPv6 ? "[\(hosts[0].name)]" : hosts[0].name
    return "\(endpoint.isSecure ? "https" : "http")://\(name):\(Endpoint.defaultPort)"
  }
}
