package import TelemetryCore

/// How a client checks the server, and shows itself to it.
package struct TLSConfiguration: Sendable {
  /// Whose certificates are believed.
  package enum Trust: Hashable, Sendable {
    /// The system's authorities.
    case system
    /// These authorities, and no others unless the system's are wanted too.
    case authorities(PEMSource, andSystem: Bool = false)

    /// The authorities in this file, and no others.
    package static func file(_ path: String) -> Trust { .authorities(.file(path)) }
  }

  /// A version of the protocol.
  package enum Version: String, Sendable {
    case tls12 = "TLS 1.2"
    case tls13 = "TLS 1.3"
  }

  /// Whose certificates are believed; the system's authorities by default.
  package var trust: Trust
  /// The client's certificate and the intermediates after it; set with `clientKey` only.
  package var clientCertificate: PEMSource?
  /// The client's private key.
  package var clientKey: PEMSource?
  /// The password of an encrypted key.
  package var clientKeyPassword: KeyPassword?
  /// The name to ask for and to check, where it isn't the host that is connected to. A `spiffe://` URI is not asked for,
  /// and stands in the certificate as it is.
  package var serverName: String?
  /// The oldest version that is spoken.
  package var minimumVersion = Version.tls12
  /// How long after a look at the files connections do without another; nil: they are never read again.
  package var reloadInterval: Duration? = .zero

  package init(
    trust: Trust = .system, clientCertificate: PEMSource? = nil, clientKey: PEMSource? = nil, serverName: String? = nil
  ) {
    self.trust = trust
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
    self.serverName = serverName
  }

  /// The files, in a fixed order. The system's authorities are none of them: they are read once.
  package var paths: [String] {
    var sources = [clientCertificate, clientKey]
    if case .authorities(let source, _) = trust { sources.insert(source, at: 0) }
    return sources.compactMap { $0?.path }
  }
}
