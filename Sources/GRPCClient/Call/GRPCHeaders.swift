internal import HTTP2Transport
package import TelemetryCore

extension GRPCMetadata {
  // What describes the call itself, or belongs to one connection (5.1.2, 2.4.6).
  private static let reserved: Set<String> = [
    "te", "content-type", "content-length", "host", "user-agent", "connection", "transfer-encoding", "upgrade",
    "keep-alive", "proxy-connection",
  ]

  /// The field as it can be sent, its name in lower case.
  /// - Throws: A `ConfigurationError` that names the field and never shows its value.
  package func validated() throws(ConfigurationError) -> GRPCMetadata {
    let name = name.lowercased()
    func refuse(_ allowed: String) -> ConfigurationError {
      ConfigurationError(option: "header", value: self.name.sanitized(limit: 100), allowed: allowed)
    }
    guard !name.isEmpty, name.utf8.allSatisfy({ $0.isASCIIAlphanumeric(or: "_-.") }) else {
      throw refuse("names of letters, digits, '_', '-' and '.'")
    }
    guard !name.hasPrefix("grpc-"), !GRPCMetadata.reserved.contains(name) else {
      throw refuse("names that gRPC and HTTP/2 don't keep for themselves")
    }
    if name.hasSuffix("-bin") {
      guard GRPCText.binary(value.utf8) != nil else { throw refuse("a value in base64, for a name that ends in -bin") }
    }
    guard value.utf8.allSatisfy(\.isPrintableASCII), value.utf8.first != 0x20, value.utf8.last != 0x20
    else { throw refuse("a value of printable ASCII without blanks at its ends") }
    return GRPCMetadata(name: name, value: value, isSensitive: isSensitive)
  }
}

/// The header fields that all calls of one method have in common, in the order of 5.1.1.
struct GRPCHeaders {
  var isSecure: Bool
  var authority: String
  var userAgent: String
  var acceptsGzip: Bool
  /// Validated.
  var metadata: [GRPCMetadata]

  typealias Field = (name: String, value: String, sensitive: Bool)

  /// - Parameter timeout: The `grpc-timeout`, unless it goes with each call.
  func fields(path: String, encoding: GRPCEncoding, timeout: String? = nil) -> [Field] {
    var fields: [Field] = [
      (":method", "POST", false), (":scheme", isSecure ? "https" : "http", false), (":path", path, false),
      (":authority", authority, false),
    ]
    if let timeout { fields.append(("grpc-timeout", timeout, false)) }
    fields += [("te", "trailers", false), ("content-type", "application/grpc", false)]
    if encoding == .gzip { fields.append(("grpc-encoding", "gzip", false)) }
    // Without the field a server doesn't compress.
    if acceptsGzip { fields.append(("grpc-accept-encoding", "identity,gzip", false)) }
    fields.append(("user-agent", userAgent, false))
    fields += metadata.map { ($0.name, $0.value, $0.isSensitive) }
    return fields
  }
}
