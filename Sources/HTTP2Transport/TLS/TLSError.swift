/// Why TLS can't be used: a file that is wrong, or a handshake or connection that failed.
package struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure that a user can act on.
  package enum Code: Hashable, Sendable {
    /// A file is unreadable, empty, not PEM, or doesn't fit its counterpart.
    case badFile
    /// A certificate of the server (or, seen by a server, of the client) has expired.
    case certificateExpired
    /// A certificate isn't valid yet.
    case certificateNotYetValid
    /// The certificate is for other names.
    case wrongHost
    /// No trusted authority has issued the certificate.
    case unknownAuthority
    /// The certificate is refused for another reason.
    case badCertificate
    /// The server wants a client certificate and none is configured.
    case clientCertificateRequired
    /// The server takes no signature that our key can make.
    case clientKeyUnsupported
    /// The server doesn't accept our client certificate.
    case clientCertificateRefused
    /// The peer doesn't negotiate `h2`.
    case noALPN
    /// The peer speaks plaintext.
    case notTLS
    /// The peer closed the connection in the handshake, or later without notice.
    case closed
    /// The handshake failed otherwise, such as for want of a common version or cipher.
    case handshake
    /// The established connection failed otherwise.
    case connection
  }

  /// What a file or a text of the configuration is for; its words.
  package enum Role: String, Sendable {
    case authorities = "CA"
    case clientCertificate = "client certificate"
    case clientKey = "client key"
    case serverCertificate = "server certificate"
    case serverKey = "server key"
    case clientAuthorities = "client CA"
  }

  /// What kind of failure it is.
  package let code: Code
  /// What the file or text that can't be used is for; nil for other failures.
  package let role: Role?
  /// What is wrong, naming the file, the host or the names in the certificate.
  package let message: String

  package init(_ code: Code, _ message: String, role: Role? = nil) {
    self.code = code
    self.message = message
    self.role = role
  }

  package var description: String { message }
}
