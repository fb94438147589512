/// White space around values that people write and tools pass on.
package enum Whitespace {
  /// The text without the white space of every kind around it: blanks, tabs, CR, LF, Unicode's own, and a byte order mark.
  package static func trimmed(_ text: some StringProtocol) -> Substring {
    let scalars = Substring(text).unicodeScalars
    guard let first = scalars.firstIndex(where: { !isWhite($0) }), let last = scalars.lastIndex(where: { !isWhite($0) })
    else { return "" }
    return Substring(scalars[first...last])
  }

  private static func isWhite(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || scalar == "\u{FEFF}"
  }
}
