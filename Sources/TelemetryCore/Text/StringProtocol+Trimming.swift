extension StringProtocol {
  /// The text without white space at its ends: blanks, tabs, CR, LF, Unicode's own, and a byte order mark.
  package var trimmed: Substring {
    let scalars = Substring(self).unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isWhite }), let last = scalars.lastIndex(where: { !$0.isWhite })
    else { return "" }
    return Substring(scalars[first...last])
  }
}

extension Unicode.Scalar {
  fileprivate var isWhite: Bool { properties.isWhitespace || self == "\u{FEFF}" }
}
