internal import TelemetryCore

/// Reads `key1=value1,key2=value2`, the content of a W3C baggage header, from an environment variable (2.4.1 to 2.4.3).
struct HeaderList {
  /// An ignored entry: its position, its name unless that may be a secret, and the allowed form.
  struct Problem: Hashable {
    var position: Int
    var name: String?
    var allowed: String
  }

  private(set) var headers = OTLPHeaders()
  private(set) var problems: [Problem] = []

  init(_ text: String) {
    for (index, entry) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
      let entry = entry.trimmed
      if !entry.isEmpty { add(entry, position: index + 1) }
    }
  }

  private mutating func add(_ entry: Substring, position: Int) {
    // Without '=' the whole text may be a secret; so may the text before a token's padding.
    guard let equals = entry.firstIndex(of: "=") else {
      problems.append(Problem(position: position, allowed: "name=value"))
      return
    }
    let name = entry[..<equals].trimmed.lowercased()
    if let allowed = HeaderRules.problem(name: name) {
      let shown = HeaderRules.isWellFormed(name) ? name : nil
      problems.append(Problem(position: position, name: shown, allowed: allowed))
      return
    }
    let encoded = entry[entry.index(after: equals)...].trimmed
    let value = String(PercentEncoding.text(encoded).trimmed)
    if let allowed = HeaderRules.problem(value: value, of: name) {
      problems.append(Problem(position: position, name: name, allowed: allowed))
    } else {
      headers[name] = value
    }
  }
}
