package import HTTP2Transport

/// A version of TLS.
public struct OTLPTLSVersion: Hashable, Sendable, CustomStringConvertible {
  package let version: TLSConfiguration.Version

  /// The version's name, such as `TLS 1.2`.
  public var description: String { version.rawValue }

  /// TLS 1.2 (RFC 5246), with the cipher suites that HTTP/2 permits.
  public static let tls12 = OTLPTLSVersion(version: .tls12)
  /// TLS 1.3 (RFC 8446).
  public static let tls13 = OTLPTLSVersion(version: .tls13)
}
