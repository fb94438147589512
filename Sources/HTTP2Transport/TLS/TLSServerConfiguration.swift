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
  /// The signature algorithms that a client's key may use, as OpenSSL's list; nil for its default. For tests.
  package var clientSignatureAlgorithms: String?

  package init(
    certificate: String, key: String, clientAuthorities: String? = nil, applicationProtocols: [String] = ["h2"],
    onlyTLS12: Bool = false, issuesTickets: Bool = false, clientSignatureAlgorithms: String? = nil
  ) {
    self.certificate = certificate
    self.key = key
    self.clientAuthorities = clientAuthorities
    self.applicationProtocols = applicationProtocols
    self.onlyTLS12 = onlyTLS12
    self.issuesTickets = issuesTickets
    self.clientSignatureAlgorithms = clientSignatureAlgorithms
  }
}
