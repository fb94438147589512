/// A version of TLS.
public struct OTLPTLSVersion: Hashable, Sendable, CustomStringConvertible {
  /// The version's name, such as `TLS 1.2`.
  public let description: String

  private init(_ description: String) { self.description = description }

  /// TLS 1.2 (RFC 5246), with the cipher suites that HTTP/2 permits.
  public static let tls12 = OTLPTLSVersion("TLS 1.2")
  /// TLS 1.3 (RFC 8446).
  public static let tls13 = OTLPTLSVersion("TLS 1.3")
}
