package import TelemetryCore

/// The reason why TLS can't be used: a file that is wrong, or a handshake or connection that failed.
package struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure that a user can act on.
  package enum Code: Hashable, Sendable {
    /// A file is unreadable, empty, not PEM, or doesn't fit its counterpart.
    case badFile
    /// The peer's certificate, or an authority of its chain, has expired.
    case certificateExpired
    /// A certificate isn't valid yet.
    case certificateNotYetValid
    /// The certificate is for other names.
    case wrongHost
    /// No trusted authority has issued the certificate.
    case unknownAuthority
    /// The certificate is refused for another reason.
    case badCertificate
    /// The server requires a client certificate and none is configured.
    case clientCertificateRequired
    /// The server accepts no signature algorithm of the client's key.
    case clientKeyUnsupported
    /// The server doesn't accept the client certificate.
    case clientCertificateRefused
    /// The peer doesn't negotiate `h2`.
    case noALPN
    /// The peer answers in plaintext HTTP/1.
    case http1
    /// The peer speaks another plaintext protocol.
    case notTLS
    /// The peer closed the connection during the handshake, or later without close_notify.
    case closed
    /// The handshake failed otherwise, such as for want of a common version or cipher.
    case handshake
    /// The established connection failed otherwise.
    case connection
  }

  /// The purpose of a file or a text of the configuration. The raw value is its name in messages.
  package enum Role: String, Sendable {
    case authorities = "CA"
    case clientCertificate = "client certificate"
    case clientKey = "client key"
    case serverCertificate = "server certificate"
    case serverKey = "server key"
    case clientAuthorities = "client CA"
  }

  /// The kind of failure.
  package let code: Code
  /// The purpose of the file or text that can't be used; nil for other failures.
  package let role: Role?
  /// The path of the file that can't be used, fit to be shown; nil for a text and for other failures.
  package let file: String?
  /// A description for users, with the role and the file if there are any.
  package let message: String

  /// Makes the error of a handshake or a connection.
  package init(_ code: Code, _ message: String) {
    self.code = code
    (role, file) = (nil, nil)
    self.message = message
  }

  /// Makes the error of a file or a text.
  package init(_ role: Role, _ source: PEMSource, _ reason: String) {
    code = .badFile
    self.role = role
    file = source.path == nil ? nil : source.shown
    message = "\(role.rawValue) \(source.path == nil ? "text" : "file") \(source.quoted) \(reason)"
  }

  package var description: String { message }
}

extension PEMSource {
  /// The path in quotes, or the length of the text.
  var quoted: String { path == nil ? "(\(text?.count ?? 0) bytes)" : "'\(shown)'" }
}
