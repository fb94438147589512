package import TelemetryCore

/// The server that an endpoint names (RULES 2.2, D4).
package struct Endpoint: Hashable, Sendable {
  /// A name or an address, and a port.
  package struct Host: Hashable, Sendable {
    /// A DNS name, an IPv4 address, or an IPv6 address without brackets, possibly with a zone.
    package let name: String
    package let port: UInt16
    package let isIPv6: Bool

    package init(name: String, port: UInt16, isIPv6: Bool = false) {
      self.name = name
      self.port = port
      self.isIPv6 = isIPv6
    }

    /// The form in a URL and in `:authority`. A zone, which has no meaning on the server, is omitted.
    package var authority: String { "\(HostAndPort(host: name, port: port).withoutZone)" }

    /// A loopback address, or a name that is reserved for loopback addresses (RFC 6761, 6.3).
    var isLocal: Bool {
      if let address = IPAddress(name) { return address.isLoopback }
      let name = (name.last == "." ? name.dropLast() : name[...]).lowercased()
      return name == "localhost" || name.hasSuffix(".localhost")
    }
  }

  /// The destination of connections.
  package enum Target: Hashable, Sendable {
    /// A name, or at least an address.
    case hosts([Host])
    case unix(path: String)
    case unixAbstract(name: String)
  }

  package let target: Target
  /// True for TLS, false for plaintext.
  package let isSecure: Bool
  /// True if the URL holds a user name or password, for which gRPC has no place (2.2.7).
  package let hasCredentials: Bool

  /// The port of an endpoint that names no port.
  package static let defaultPort: UInt16 = 4317

  /// The name in messages, for a server with another protocol; nil for the URL.
  private let label: String?

  package init(target: Target, isSecure: Bool, hasCredentials: Bool = false, label: String? = nil) {
    self.label = label
    self.target = target
    self.isSecure = isSecure
    self.hasCredentials = hasCredentials
  }

  /// Reads an endpoint.
  /// - Parameters:
  ///   - insecure: True for plaintext if the endpoint has no scheme.
  ///   - option: The endpoint's name in errors.
  /// - Throws: An error that states the allowed forms.
  package init(_ text: String, insecure: Bool, option: String = "endpoint") throws(ConfigurationError) {
    self = try EndpointParser(text: text, insecure: insecure, option: option).parse()
  }

  /// The value of `:authority`.
  package var authority: String {
    switch target {
    case .hosts(let hosts): hosts[0].authority
    case .unix, .unixAbstract: "localhost"
    }
  }

  /// The host that the server's certificate must have.
  package var serverName: String {
    switch target {
    case .hosts(let hosts): hosts[0].isIPv6 ? String(hosts[0].name.prefix { $0 != "%" }) : hosts[0].name
    case .unix, .unixAbstract: "localhost"
    }
  }

  /// True for hosts, false for a Unix socket.
  package var hasHosts: Bool {
    if case .hosts = target { true } else { false }
  }

  /// True for a loopback name or address and for a Unix socket: no network is in between.
  package var isLocal: Bool {
    switch target {
    case .hosts(let hosts): hosts.allSatisfy(\.isLocal)
    case .unix, .unixAbstract: true
    }
  }

  /// `server.address` of the self-metrics: the host, or a socket's path (4.13.5).
  package var serverAddress: String {
    switch target {
    case .hosts(let hosts): hosts[0].name
    case .unix(let path): path
    case .unixAbstract(let name): "@" + name
    }
  }

  /// `server.port` of the self-metrics; nil for a socket.
  package var serverPort: Int? {
    guard case .hosts(let hosts) = target else { return nil }
    return Int(hosts[0].port)
  }

  /// An endpoint's text for messages: without credentials, and only its length if the text is no endpoint and may be a
  /// secret.
  package static func redacted(_ text: String) -> String {
    guard Redaction.mayBeSecret(text), (try? Endpoint(text, insecure: false)) != nil else {
      return Redaction.shown(text)
    }
    return Redaction.withoutCredentials(text).sanitized(limit: 300)
  }
}

extension Endpoint: CustomStringConvertible {
  /// The complete form, which can be read again.
  package var description: String {
    if let label { return label }
    return switch target {
    case .hosts(let hosts):
      (isSecure ? "https://" : "http://") + hosts.map(\.authority).joined(separator: ",")
    case .unix(let path): "unix:" + path
    case .unixAbstract(let name): "unix-abstract:" + name
    }
  }
}
