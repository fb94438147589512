extension Duration {
  private static let units: KeyValuePairs<String, Int64> = [
    "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000, "": 1_000_000_000,
  ]
  private static let longest: Int64 = 86_400_000_000_000

  /// Reads `2`, `2s`, `1.5s`, `500ms`, `5m` or `1h`: at most a day, in whole nanoseconds; nil for any other text.
  package init?(text: String) {
    guard let (suffix, unit) = Self.units.first(where: { text.hasSuffix($0.key) }) else { return nil }
    let parts = text.dropLast(suffix.count).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = Int64(decimal: parts[0]), whole <= Self.longest / unit else { return nil }
    var nanoseconds = whole * unit
    if parts.count == 2 {
      guard !parts[1].isEmpty, parts[1].utf8.allSatisfy(\.isASCIIDigit) else { return nil }
      var scale = unit
      for byte in parts[1].utf8.prefix(13) {
        let digit = Int64(byte - UInt8(ascii: "0"))
        nanoseconds += scale / 10 * digit + scale % 10 * digit / 10
        scale /= 10
      }
    }
    guard nanoseconds <= Self.longest else { return nil }
    self = .nanoseconds(nanoseconds)
  }

  /// The duration in whole seconds or else in milliseconds, in a form that ``init(text:)`` reads: `2s`, `500ms`.
  package var shortText: String {
    let milliseconds = clampedNanoseconds / 1_000_000
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
  }

  /// The duration in seconds.
  package var inSeconds: Double { Double(clampedNanoseconds) / 1e9 }
}
