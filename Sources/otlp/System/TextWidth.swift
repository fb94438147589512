internal import COTLPSystem

/// How many columns of a terminal text takes.
package enum TextWidth {
  // SAFETY: made once, never changed or freed.
  nonisolated(unsafe) private static let locale = unsafe COTLPSystem_utf8_locale()

  private static let joiner: Unicode.Scalar = "\u{200D}"
  private static let emojiStyle: Unicode.Scalar = "\u{FE0F}"

  package static func columns(_ text: some StringProtocol) -> Int {
    // ASCII is most of it, and has no combining characters.
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text.utf8.count }
    return text.reduce(0) { $0 + columns($1) }
  }

  /// A character of several scalars that are joined is as wide as the widest; others are as wide as their parts.
  package static func columns(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    // The tone of a skin changes the colour of what stands before it.
    let widths = scalars.enumerated().map { $0 > 0 && (0x1F3FB...0x1F3FF).contains($1.value) ? 0 : columns($1) }
    if scalars.contains(emojiStyle) { return 2 }
    if scalars.contains(joiner) { return widths.max() ?? 0 }
    return widths.reduce(0, +)
  }

  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    if (0x20..<0x7F).contains(scalar.value) { return 1 }
    // Two of them are a flag, which terminals show in two columns.
    if (0x1F1E6...0x1F1FF).contains(scalar.value) { return 1 }
    guard let locale = unsafe locale else { return 1 }
    return max(0, unsafe Int(COTLPSystem_character_width(locale, scalar.value)))
  }

  /// Cut with an ellipsis to so many columns if it is longer.
  package static func cut(_ text: String, to width: Int) -> String {
    guard columns(text) > width else { return text }
    guard width > 0 else { return "" }
    return prefix(text, columns: width - 1) + "…"
  }

  /// As much of the beginning as so many columns hold.
  package static func prefix(_ text: some StringProtocol, columns width: Int) -> String {
    var result = ""
    var used = 0
    for character in text {
      used += columns(character)
      guard used <= width else { break }
      result.append(character)
    }
    return result
  }

  /// Cut or filled with blanks to exactly so many columns.
  package static func fitted(_ text: String, to width: Int) -> String {
    let text = cut(text, to: width)
    return text + String(repeating: " ", count: max(0, width - columns(text)))
  }

  /// Lines of at most so many columns: words together where they fit, longer ones broken.
  package static func wrapped(_ text: some StringProtocol, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: true) {
      if !line.isEmpty, columns(line) + 1 + columns(word) <= width {
        line += " \(word)"
        continue
      }
      if !line.isEmpty { lines.append(line) }
      line = String(word)
      while columns(line) > width {
        let part = prefix(line, columns: width)
        guard !part.isEmpty else { break }
        lines.append(part)
        line = String(line.dropFirst(part.count))
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
