/// How a value that a user gave is shown in errors, warnings and reports. Every one that is printed goes through here.
///
/// A secret can stand where nobody expects it: a key's text in the place of its file's name, a token in the place of an
/// endpoint. So a value is shown by its length only if it has a line break, is PEM, or is longer than 64 characters; of
/// any other the user-info and the query of a URL are left out.
package enum Redaction {
  /// Stands for what isn't shown.
  package static let mark = "[REDACTED]"
  private static let longest = 64

  /// The value as one printable line, without what may be a secret. A second time changes nothing.
  package static func shown(_ text: String) -> String {
    mayBeSecret(text) ? length(of: text) : withoutCredentials(text).sanitized()
  }

  /// In the place of a text that isn't shown at all: how long it is.
  package static func length(of text: String) -> String { "\(mark) (\(text.utf8.count) bytes)" }

  /// Whether only the length is shown.
  package static func mayBeSecret(_ text: String) -> Bool {
    // Bytes first, since counting the characters of a whole file takes its time.
    text.utf8.contains { $0 == 0x0A || $0 == 0x0D } || text.unicodeScalars.contains { $0 == "\u{85}" }
      || text.utf8.count > longest && text.unicodeScalars.dropFirst(longest).first != nil
      || isPEM(text)
  }

  /// Whether the text is that of a PEM file, not its name; also in lower case, as a header's name would be.
  package static func isPEM(_ text: String) -> Bool { text.contains("-----BEGIN") || text.contains("-----begin") }

  /// A URL, or anything like it, without what stands before an `@` and after a `?` or `#`.
  package static func withoutCredentials(_ text: String) -> String {
    // What stands before "://" is a scheme, or part of a password.
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

  /// RFC 3986, 3.1; '_' is none, but part of what people write there.
  package static func isSchemeByte(_ byte: UInt8) -> Bool {
    byte.isASCIIAlphanumeric(or: "+-._")
  }
}
