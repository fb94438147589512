internal import COTLPSystem

/// Measures and cuts text by its columns on a terminal.
package enum TerminalWidth {
  // SAFETY: created once, never changed or freed.
  nonisolated(unsafe) private static let locale = unsafe COTLPSystem_utf8_locale()

  private static let joiner: Unicode.Scalar = "\u{200D}"
  private static let emojiStyle: Unicode.Scalar = "\u{FE0F}"

  package static func columns(_ text: some StringProtocol) -> Int {
    // A fast path: ASCII has no combining characters.
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text.utf8.count }
    return text.reduce(0) { $0 + columns($1) }
  }

  /// The width of joined scalars is the maximum, the width of other scalars the sum.
  package static func columns(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    // A skin tone modifies the previous emoji and takes no column.
    let widths = scalars.enumerated().map { $0 > 0 && (0x1F3FB...0x1F3FF).contains($1.value) ? 0 : columns($1) }
    if scalars.contains(emojiStyle) { return 2 }
    if scalars.contains(joiner) { return widths.max() ?? 0 }
    return widths.reduce(0, +)
  }

  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    if (0x20..<0x7F).contains(scalar.value) { return 1 }
    // Two regional indicators are a flag, which takes two columns.
    if (0x1F1E6...0x1F1FF).contains(scalar.value) { return 1 }
    guard let locale = unsafe locale else { return 1 }
    return max(0, unsafe Int(COTLPSystem_character_width(locale, scalar.value)))
  }

  /// Cuts longer text to `width` columns and appends an ellipsis.
  package static func cut(_ text: String, to width: Int) -> String {
    guard columns(text) > width else { return text }
    guard width > 0 else { return "" }
    return prefix(text, columns: width - 1) + "…"
  }

  /// The beginning of the text that fits into `width` columns.
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

  /// Cuts the text, or appends blanks, to exactly `width` columns.
  package static func fitted(_ text: String, to width: Int) -> String {
    let text = cut(text, to: width)
    return text + String(repeating: " ", count: max(0, width - columns(text)))
  }

  /// Breaks the text into lines of at most `width` columns between words, and within words that are longer.
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
