internal import TelemetryCore

/// Reads `key1=value1,key2=value2`, the content of a W3C baggage header, from an environment variable (2.4.1 to 2.4.3).
struct HeaderList {
  /// An entry that is left out: where it stands, its name if that is no secret, and what would have been allowed.
  struct Problem: Hashable {
    var position: Int
    var name: String?
    var allowed: String
  }

  private(set) var headers = OTLPHeaders()
  private(set) var problems: [Problem] = []

  init(_ text: String) {
    for (index, entry) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
      let entry = HeaderList.trimmed(entry)
      if !entry.isEmpty { add(entry, position: index + 1) }
    }
  }

  private mutating func add(_ entry: Substring, position: Int) {
    // Without '=' the text may be all secret, and so may be what stands before a token's own padding.
    guard let equals = entry.firstIndex(of: "=") else {
      problems.append(Problem(position: position, allowed: "name=value"))
      return
    }
    let name = HeaderList.trimmed(entry[..<equals]).lowercased()
    if let allowed = HeaderRules.problem(name: name) {
      let shown = HeaderRules.isWellFormed(name) ? name : nil
      problems.append(Problem(position: position, name: shown, allowed: allowed))
      return
    }
    let encoded = HeaderList.trimmed(entry[entry.index(after: equals)...])
    let value = String(HeaderList.trimmed(HeaderList.percentDecoded(encoded)[...]))
    if let allowed = HeaderRules.problem(value: value, of: name) {
      problems.append(Problem(position: position, name: name, allowed: allowed))
    } else {
      headers[name] = value
    }
  }

  /// What isn't an escape stays as it is; what isn't UTF-8 becomes U+FFFD (2.4.2).
  static func percentDecoded(_ text: Substring) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    let source = Array(text.utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(source.count)
    var index = 0
    while index < source.count {
      if source[index] == UInt8(ascii: "%"), index + 2 < source.count,
        let high = PercentEncoding.digit(source[index + 1]), let low = PercentEncoding.digit(source[index + 2])
      {
        bytes.append(high << 4 | low)
        index += 3
      } else {
        bytes.append(source[index])
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Without the blanks and tabs around it.
  static func trimmed(_ text: Substring) -> Substring {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    var text = text.drop(while: isBlank)
    while let last = text.last, isBlank(last) { text.removeLast() }
    return text
  }
}
