/// The headers that a user may add to a request (RULES 2.4.5, 2.4.6, 5.1.8).
package enum HeaderRules {
  // The request and the connection set some of these themselves; HTTP/2 forbids the others (RFC 9113, 8.2.2).
  private static let reserved: Set<String> = [
    "connection", "content-length", "content-type", "host", "keep-alive", "proxy-connection", "te",
    "transfer-encoding", "upgrade", "user-agent",
  ]

  /// Checks a name in lower case.
  /// - Returns: A description of the allowed names; nil for a valid name.
  package static func problem(name: String) -> String? {
    guard isWellFormed(name) else {
      return "a name of ASCII letters, digits, '-', '_' and '.', without blanks"
    }
    if name.hasPrefix("grpc-") { return "a name that doesn't begin with 'grpc-', which is reserved" }
    if reserved.contains(name) { return "a name other than '\(name)', which the exporter sets itself" }
    return nil
  }

  package static func isWellFormed(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0.isASCIIAlphanumeric(or: "-_.") }
  }

  /// Checks a value.
  /// - Returns: A description of the allowed values; nil for a valid value.
  package static func problem(value: String, of name: String) -> String? {
    if name.hasSuffix("-bin") {
      return Base64.decode(value.utf8) != nil ? nil : "a base64 value, since the name ends with '-bin'"
    }
    let bytes = value.utf8
    guard bytes.allSatisfy(\.isPrintableASCII), bytes.first != 0x20, bytes.last != 0x20 else {
      return "a value of printable ASCII without blanks around it"
    }
    return nil
  }
}
