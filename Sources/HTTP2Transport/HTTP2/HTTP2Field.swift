package import TelemetryCore

/// A header field of one request.
package struct HTTP2Field: Hashable, Sendable {
  package var name: String
  package var value: String
  /// Keeps the field out of the compression tables: for secrets, and for values that never repeat (RFC 7541, 7.1.3).
  package var neverIndexed: Bool

  package init(name: String, value: String, neverIndexed: Bool = false) {
    self.name = name
    self.value = value
    self.neverIndexed = neverIndexed
  }

  /// The field with its name in lower case.
  /// - Throws: A `ConfigurationError` for a field that a user may not add (RULES 2.4.5). The error omits the value.
  package func validated() throws(ConfigurationError) -> HTTP2Field {
    let name = name.lowercased()
    if let allowed = HeaderRules.problem(name: name) ?? HeaderRules.problem(value: value, of: name) {
      throw ConfigurationError(option: "header", value: self.name.sanitized(limit: 100), allowed: allowed)
    }
    return HTTP2Field(name: name, value: value, neverIndexed: neverIndexed)
  }

  /// The size as SETTINGS_MAX_HEADER_LIST_SIZE counts it (RFC 9113, 6.5.2).
  var listBytes: Int { name.utf8.count + value.utf8.count + 32 }
}

/// Never shows the value, which may be a secret.
extension HTTP2Field: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "\(name): \(Redaction.mark)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror {
    Mirror(
      self, children: ["name": name, "value": Redaction.mark, "neverIndexed": neverIndexed], displayStyle: .struct)
  }
}
