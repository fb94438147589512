package import TelemetryCore

/// Which headers a user may add to a gRPC request (RULES 2.4.5, 2.4.6, 5.1.8).
package enum HeaderRules {
  // What the request or the connection needs for itself, or what HTTP/2 forbids.
  private static let reserved: Set<String> = [
    "connection", "content-length", "content-type", "host", "keep-alive", "proxy-connection", "te",
    "transfer-encoding", "upgrade", "user-agent",
  ]

  /// What is wrong with a name in lower case, as the words for what is allowed; nil for nothing.
  static func problem(name: String) -> String? {
    guard isWellFormed(name) else {
      return "a name of ASCII letters, digits, '-', '_' and '.', without blanks"
    }
    if name.hasPrefix("grpc-") { return "a name that doesn't begin with 'grpc-', which is reserved" }
    if reserved.contains(name) { return "a name other than '\(name)', which the exporter sets itself" }
    return nil
  }

  static func isWellFormed(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0.isASCIIAlphanumeric(or: "-_.") }
  }

  /// What is wrong with a value, as the words for what is allowed; nil for nothing.
  static func problem(value: String, of name: String) -> String? {
    if name.hasSuffix("-bin") {
      return Base64.decode(value.utf8) != nil ? nil : "a base64 value, since the name ends with '-bin'"
    }
    let bytes = value.utf8
    guard bytes.allSatisfy(\.isPrintableASCII), bytes.first != 0x20, bytes.last != 0x20 else {
      return "a value of printable ASCII without blanks around it"
    }
    return nil
  }

  /// Throws a `ConfigurationError` for the first header that can't be sent; it shows the name, never the value.
  package static func validate(_ headers: OTLPHeaders, option: String = "headers") throws(ConfigurationError) {
    for header in headers.elements {
      if let allowed = problem(name: header.name) {
        throw ConfigurationError(option: option, value: header.name, allowed: allowed)
      }
      if let allowed = problem(value: header.value, of: header.name) {
        throw ConfigurationError(option: option, value: "\(header.name)=\(Redaction.mark)", allowed: allowed)
      }
    }
  }

  /// The headers as gRPC sends them: binary values without their padding (5.1.8).
  package static func metadata(_ headers: OTLPHeaders) -> [(name: String, value: String)] {
    headers.elements.map { header in
      guard header.name.hasSuffix("-bin") else { return (header.name, header.value) }
      return (header.name, String(header.value.prefix { $0 != "=" }))
    }
  }
}
