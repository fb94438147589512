package import TelemetryCore

/// The server that an endpoint names (RULES 2.2, D4).
package struct Endpoint: Hashable, Sendable {
  /// A name or an address, and a port.
  package struct Host: Hashable, Sendable {
    /// A DNS name, an IPv4 address, or an IPv6 address without brackets, possibly with a zone.
    package let name: String
    package let port: UInt16
    package let isIPv6: Bool

    /// As a URL or `:authority` has it; a zone means nothing to the server and is left out.
    package var authority: String { "\(HostAndPort(host: name, port: port).withoutZone)" }

    /// A loopback address, or a name that RFC 6761 keeps for them.
    var isLocal: Bool {
      if let address = IPAddress(name) { return address.isLoopback }
      let name = (name.last == "." ? name.dropLast() : name[...]).lowercased()
      return name == "localhost" || name.hasSuffix(".localhost")
    }
  }

  /// What is connected to.
  package enum Target: Hashable, Sendable {
    /// One name, or one or more addresses; never empty.
    case hosts([Host])
    case unix(path: String)
    case unixAbstract(name: String)
  }

  package let target: Target
  /// TLS, not plaintext.
  package let isSecure: Bool
  /// The URL holds a user name or password, which gRPC has no place for (2.2.7).
  package let hasCredentials: Bool

  /// The port where the endpoint has none.
  package static let defaultPort: UInt16 = 4317

  init(target: Target, isSecure: Bool, hasCredentials: Bool = false) {
    self.target = target
    self.isSecure = isSecure
    self.hasCredentials = hasCredentials
  }

  /// Reads an endpoint.
  /// - Parameters:
  ///   - insecure: Plaintext where the endpoint has no scheme that decides.
  ///   - option: What an error calls the endpoint.
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

  /// What the server's certificate must be for.
  package var serverName: String {
    switch target {
    case .hosts(let hosts): hosts[0].isIPv6 ? String(hosts[0].name.prefix { $0 != "%" }) : hosts[0].name
    case .unix, .unixAbstract: "localhost"
    }
  }

  /// Whether it is reached over IP, not a socket of this machine.
  var hasHosts: Bool {
    if case .hosts = target { true } else { false }
  }

  /// Whether it is on this machine, by its name or address: no network lies between.
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

  /// An endpoint's text for people: without credentials, and by its length alone if it is none and may be a secret.
  package static func redacted(_ text: String) -> String {
    guard Redaction.mayBeSecret(text), (try? Endpoint(text, insecure: false)) != nil else {
      return Redaction.shown(text)
    }
    return Redaction.withoutCredentials(text).sanitized(limit: 300)
  }
}

extension Endpoint: CustomStringConvertible {
  /// In the form that would be read again, with its port.
  package var description: String {
    switch target {
    case .hosts(let hosts):
      (isSecure ? "https://" : "http://") + hosts.map(\.authority).joined(separator: ",")
    case .unix(let path): "unix:" + path
    case .unixAbstract(let name): "unix-abstract:" + name
    }
  }
}
