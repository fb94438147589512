package import TelemetryCore

/// The settings for a client's TLS: trust, the client's identity, names and versions.
package struct TLSConfiguration: Sendable {
  /// The authorities that may issue the server's certificate.
  package enum Trust: Hashable, Sendable {
    /// The system's authorities.
    case system
    /// The authorities of this source. `andSystem` adds the system's.
    case authorities(PEMSource, andSystem: Bool = false)

    /// The authorities in this file only.
    package static func file(_ path: String) -> Trust { .authorities(.file(path)) }
  }

  /// A protocol version.
  package enum Version: String, Sendable {
    case tls12 = "TLS 1.2"
    case tls13 = "TLS 1.3"
  }

  /// The authorities that may issue the server's certificate. Default: the system's.
  package var trust: Trust
  /// The client's certificate, followed by the intermediates. Requires `clientKey`.
  package var clientCertificate: PEMSource?
  /// The client's private key.
  package var clientKey: PEMSource?
  /// The password of an encrypted key.
  package var clientKeyPassword: KeyPassword?
  /// The name that replaces the host's, both in the request to the server (SNI) and in the check of the certificate. A
  /// `spiffe://` URI isn't sent, and the certificate must contain exactly that URI.
  package var serverName: String?
  /// The oldest version that is accepted. Default: TLS 1.2.
  package var minimumVersion = Version.tls12
  /// The shortest time between two checks of the files for changes. Default: zero, a check for every connection. With nil
  /// the files are never read again.
  package var reloadInterval: Duration? = .zero

  package init(
    trust: Trust = .system, clientCertificate: PEMSource? = nil, clientKey: PEMSource? = nil, serverName: String? = nil
  ) {
    self.trust = trust
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
    self.serverName = serverName
  }

  /// The paths of the files, in a fixed order, without the system's authorities.
  package var paths: [String] {
    var sources = [clientCertificate, clientKey]
    if case .authorities(let source, _) = trust { sources.insert(source, at: 0) }
    return sources.compactMap { $0?.path }
  }

  /// The present identities of ``paths``; nil stands for a missing file. Blocks.
  var fileIdentities: [FileIdentity?] { paths.map { FileIdentity(path: $0) } }
}
