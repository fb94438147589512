/// The identity of a TLS server, and the authorities for clients. Files are in PEM format.
package struct TLSServerConfiguration: Hashable, Sendable {
  /// The file of the server's certificate, followed by the intermediates.
  package var certificate: String
  /// The file of the server's private key.
  package var key: String
  /// The file of the authorities that must have issued a client's certificate; nil accepts every client.
  package var clientAuthorities: String?
  /// The protocols that the server negotiates (ALPN), preferred ones first. A server with none ignores ALPN.
  package var applicationProtocols: [String]
  /// True if TLS 1.2 is the newest version.
  package var onlyTLS12: Bool
  /// True if clients get tickets for resuming their sessions.
  package var issuesTickets: Bool
  /// The signature algorithms that a client's key may use, as OpenSSL's list; nil for its default.
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
