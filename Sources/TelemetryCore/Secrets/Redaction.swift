/// Removes secrets from a user's values before errors, warnings and reports show them. Each printed value passes through.
///
/// Users put secrets into wrong options: a key's text instead of the path of a file, a token instead of an endpoint.
/// Therefore a value with a line break, with PEM text or of more than 64 characters is replaced by the length. In other
/// values the user information and the query of a URL are replaced.
package enum Redaction {
  /// Replaces a secret.
  package static let mark = "[REDACTED]"
  private static let longest = 64

  /// The value as a single printable line without secrets. A second call changes nothing.
  package static func shown(_ text: String) -> String {
    mayBeSecret(text) ? length(of: text) : withoutCredentials(text).sanitized()
  }

  /// The text's length, which replaces the text.
  package static func length(of text: String) -> String { "\(mark) (\(text.utf8.count) bytes)" }

  /// True if only the length may be shown.
  package static func mayBeSecret(_ text: String) -> Bool {
    // The bytes are compared first: the count of the characters of a whole file would take long.
    text.utf8.contains { $0 == 0x0A || $0 == 0x0D } || text.unicodeScalars.contains { $0 == "\u{85}" }
      || text.utf8.count > longest && text.unicodeScalars.dropFirst(longest).first != nil
      || isPEM(text)
  }

  /// True for the text of a PEM file. Also finds lower case, since header names are in lower case.
  package static func isPEM(_ text: String) -> Bool { text.contains("-----BEGIN") || text.contains("-----begin") }

  /// A URL, or a similar text, with a replacement for the parts before `@` and after `?` or `#`.
  package static func withoutCredentials(_ text: String) -> String {
    // The text before "://" is either a scheme or part of a password.
    var start = text.startIndex
    if let separator = text.firstRange(of: "://"), text[..<separator.lowerBound].utf8.allSatisfy(isSchemeByte) {
      start = separator.upperBound
    }
    var rest = text[start...]
    var prefix = String(text[..<start])
    if let at = rest.lastIndex(of: "@") {
      prefix += mark + "@"
      rest = rest[rest.index(after: at)...]
    }
    guard let query = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) else { return prefix + rest }
    return prefix + rest[...query] + mark
  }

  /// True in a URL's scheme, and for `_`, which users write there (RFC 3986, 3.1).
  package static func isSchemeByte(_ byte: UInt8) -> Bool {
    byte.isASCIIAlphanumeric(or: "+-._")
  }
}
