internal import COTLPOpenSSL

/// The identity of a peer, as the TLS handshake shows it, in text.
package struct TLSPeer: Hashable, Sendable {
  /// A certificate of the peer's chain.
  package struct Certificate: Hashable, Sendable {
    package var subject: String
    package var issuer: String
    /// The DNS names, IP addresses and URIs of the certificate, at most a hundred.
    package var names: [String]
    package var notBefore: String
    package var notAfter: String
  }

  /// The version of the protocol, such as `TLSv1.3`.
  package var version: String
  /// The chain in the peer's order, the peer's own certificate first; empty if the peer sent none.
  package var certificates: [Certificate]

  /// Bounds the certificates that are read: a server may send hundreds, each with hundreds of names.
  private static let maxCertificates: Int32 = 10

  /// Reads the first certificates of an OpenSSL list, which stays the caller's.
  static func certificates(_ list: OpaquePointer?) -> [Certificate] {
    guard let list = unsafe list else { return [] }
    return unsafe (0..<max(0, min(OPENSSL_sk_num(list), maxCertificates))).compactMap { index in
      guard let entry = unsafe OPENSSL_sk_value(list, index) else { return nil }
      let certificate = unsafe TLSCertificate(sharing: OpaquePointer(entry))
      return Certificate(
        subject: certificate.subject, issuer: certificate.issuer, names: certificate.names,
        notBefore: certificate.notBefore, notAfter: certificate.notAfter)
    }
  }
}
