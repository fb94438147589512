/// How a client checks the server, and shows itself to it. Files are in PEM format.
package struct TLSConfiguration: Hashable, Sendable {
  /// Whose certificates are believed.
  package enum Trust: Hashable, Sendable {
    /// The system's authorities.
    case system
    /// The authorities in this file, and no others.
    case file(String)
  }

  /// Whose certificates are believed; the system's authorities by default.
  package var trust: Trust
  /// The file of the client's certificate and the intermediates after it; set with `clientKey` only.
  package var clientCertificate: String?
  /// The file of the client's private key.
  package var clientKey: String?
  /// The name to ask for and to check, where it isn't the host that is connected to.
  package var serverName: String?

  package init(
    trust: Trust = .system, clientCertificate: String? = nil, clientKey: String? = nil, serverName: String? = nil
  ) {
    self.trust = trust
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
    self.serverName = serverName
  }

  /// The files, in a fixed order. The system's authorities are none of them: they are read once.
  package var paths: [String] {
    var paths: [String] = []
    if case .file(let path) = trust { paths.append(path) }
    return paths + [clientCertificate, clientKey].compactMap(\.self)
  }
}

/// How a server shows itself, and whether it wants to know its clients. Files are in PEM format.
package struct TLSServerConfiguration: Hashable, Sendable {
  /// The file of the server's certificate and the intermediates after it.
  package var certificate: String
  /// The file of the server's private key.
  package var key: String
  /// The file of the authorities that must have issued a client's certificate; nil lets every client in.
  package var clientAuthorities: String?
  /// What the server agrees to speak, best first. Empty: it knows nothing of ALPN.
  package var applicationProtocols: [String]
  /// Whether TLS 1.2 is the newest version spoken; for tests of its ways.
  package var onlyTLS12: Bool
  /// Whether clients get tickets, with which they can resume their sessions.
  package var issuesTickets: Bool

  package init(
    certificate: String, key: String, clientAuthorities: String? = nil, applicationProtocols: [String] = ["h2"],
    onlyTLS12: Bool = false, issuesTickets: Bool = false
  ) {
    self.certificate = certificate
    self.key = key
    self.clientAuthorities = clientAuthorities
    self.applicationProtocols = applicationProtocols
    self.onlyTLS12 = onlyTLS12
    self.issuesTickets = issuesTickets
  }
}
