package import TelemetryCore

/// A header that is sent with a call.
package struct GRPCMetadata: Hashable, Sendable {
  package var name: String
  /// The value as text, or as base64 if the name ends in `-bin`.
  package var value: String
  /// If true, the value is a secret: HPACK never indexes the field (RULES 5.1.10).
  package var isSensitive: Bool

  package init(name: String, value: String, isSensitive: Bool = true) {
    self.name = name
    self.value = value
    self.isSensitive = isSensitive
  }
}

/// Every description omits the value, which may be a secret.
extension GRPCMetadata: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "\(name): \(Redaction.mark)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror {
    Mirror(self, children: ["name": name, "value": Redaction.mark, "isSensitive": isSensitive], displayStyle: .struct)
  }
}

extension GRPCMetadata {
  // Fields that the client sets itself, or that belong to one connection (RULES 5.1.2, 2.4.6).
  private static let reserved: Set<String> = [
    "te", "content-type", "content-length", "host", "user-agent", "connection", "transfer-encoding", "upgrade",
    "keep-alive", "proxy-connection",
  ]

  /// - Returns: The field with its name in lower case.
  /// - Throws: A `ConfigurationError` for a field that can't be sent (RULES 2.4.5). The error omits the value.
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
      guard StatusMessage.binary(value.utf8) != nil else {
        throw refuse("a value in base64, for a name that ends in -bin")
      }
    }
    guard value.utf8.allSatisfy(\.isPrintableASCII), value.utf8.first != 0x20, value.utf8.last != 0x20
    else { throw refuse("a value of printable ASCII without blanks at its ends") }
    return GRPCMetadata(name: name, value: value, isSensitive: isSensitive)
  }
}
