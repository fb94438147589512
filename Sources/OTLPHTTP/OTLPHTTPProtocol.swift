internal import OTLPExport

/// The encoding of OTLP over HTTP.
public struct OTLPHTTPProtocol: Hashable, Sendable, CustomStringConvertible {
  package let transport: OTLPTransport

  /// Messages in protobuf.
  public static let protobuf = OTLPHTTPProtocol(transport: .httpProtobuf)
  /// Messages in OTLP's JSON.
  public static let json = OTLPHTTPProtocol(transport: .httpJSON)

  /// The name in `OTEL_EXPORTER_OTLP_PROTOCOL`: `http/protobuf` or `http/json`.
  public var description: String { transport.rawValue }

  /// `Content-Type` of requests (RULES 3.1.3).
  package var contentType: String { self == .json ? "application/json" : "application/x-protobuf" }
}
