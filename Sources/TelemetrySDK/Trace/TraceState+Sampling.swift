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

  /// The state with `th` set, or without `th` for nil or if the entry would be too long; every other part of the entry
  /// is kept.
  package func withThreshold(_ threshold: SamplingThreshold?) -> TraceState {
    let others = subvalues.filter { !$0.hasPrefix("th:") }
    if let threshold {
      let list = (["th:\(threshold)"] + others).joined(separator: ";")
      if list.utf8.count <= Self.maxListLength { return with(list) }
    }
    return others.count == subvalues.count ? self : with(others.joined(separator: ";"))
  }

  /// The state with `rv` set: for the first span of a trace if the id isn't random. A present `rv` stays.
  package func withRandomness(_ randomness: UInt64) -> TraceState {
    guard subvalue("rv") == nil else { return self }
    let digits = Hexadecimal.text(randomness & 0xFF_FFFF_FFFF_FFFF).dropFirst(2)
    return with((subvalues + ["rv:\(digits)"]).joined(separator: ";"))
  }

  private func with(_ list: String) -> TraceState {
    var state = self
    if list.isEmpty { state.remove(Self.key) } else { state.set(list, for: Self.key) }
    return state
  }

  private var subvalues: [Substring] { self[Self.key]?.split(separator: ";") ?? [] }

  private func subvalue(_ name: String) -> Substring? {
    guard !isEmpty, let part = subvalues.first(where: { $0.hasPrefix(name + ":") }) else { return nil }
    return part.dropFirst(name.count + 1)
  }
}
