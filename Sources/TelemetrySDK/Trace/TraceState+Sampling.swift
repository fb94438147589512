/// OpenTelemetry's entry `ot`: a list of `key:value` with semicolons between them (OpenTelemetry, TraceState Handling).
extension TraceState {
  private static let key = "ot"
  private static let maxListLength = 256

  /// The explicit randomness, `rv`: exactly 14 hexadecimal digits; nil if it is absent or malformed.
  package var randomness: UInt64? {
    guard let digits = subvalue("rv"), digits.utf8.count == 14 else { return nil }
    return Hexadecimal.number(digits.utf8)
  }

  /// The rejection threshold, `th`; nil if it is absent or malformed.
  package var threshold: SamplingThreshold? { subvalue("th").flatMap { SamplingThreshold($0) } }

  /// The state with `th` set, or without `th` for nil; every other part of the entry is kept. The state is unchanged if
  /// the entry would be too long.
  package func withThreshold(_ threshold: SamplingThreshold?) -> TraceState {
    var parts = subvalues.filter { !$0.hasPrefix("th:") }
    if threshold == nil, parts.count == subvalues.count { return self }
    if let threshold { parts.insert("th:\(threshold)", at: 0) }
    var state = self
    let list = parts.joined(separator: ";")
    if list.isEmpty {
      state.remove(Self.key)
    } else if list.utf8.count <= Self.maxListLength {
      state.set(list, for: Self.key)
    }
    return state
  }

  private var subvalues: [Substring] { self[Self.key]?.split(separator: ";") ?? [] }

  private func subvalue(_ name: String) -> Substring? {
    guard !isEmpty, let part = subvalues.first(where: { $0.hasPrefix(name + ":") }) else { return nil }
    return part.dropFirst(name.count + 1)
  }
}
