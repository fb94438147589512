internal import COTLPOpenSSL

/// What a peer shows of itself in the TLS handshake, in words.
package struct TLSPeer: Hashable, Sendable {
  /// A certificate of its chain.
  package struct Certificate: Hashable, Sendable {
    package var subject: String
    package var issuer: String
    /// The DNS names, IP addresses and URIs that it is for, at most a hundred.
    package var names: [String]
    package var notBefore: String
    package var notAfter: String
  }

  /// The version of the protocol, such as `TLSv1.3`.
  package var version: String
  /// The chain as it was shown, the peer's own certificate first; empty if it has shown none.
  package var certificates: [Certificate]

  init(version: String, certificates: [Certificate]) {
    self.version = version
    self.certificates = certificates
  }

  // A server may show hundreds, each with hundreds of names.
  private static let mostCertificates: Int32 = 10

  /// In words what a list of OpenSSL's holds first; the list stays the caller's.
  static func certificates(_ list: OpaquePointer?) -> [Certificate] {
    guard let list = unsafe list else { return [] }
    return unsafe (0..<max(0, min(OPENSSL_sk_num(list), mostCertificates))).compactMap { index in
      guard let entry = unsafe OPENSSL_sk_value(list, index) else { return nil }
      let certificate = unsafe TLSCertificate(sharing: OpaquePointer(entry))
      return Certificate(
        subject: certificate.subject, issuer: certificate.issuer, names: certificate.names,
        notBefore: certificate.notBefore, notAfter: certificate.notAfter)
    }
  }
}
