internal import TelemetryCore

extension Duration {
  private static let units: KeyValuePairs<String, Int64> = [
    "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000, "": 1_000_000_000,
  ]
  private static let longest: Int64 = 86_400_000_000_000

  /// Reads `2`, `2s`, `1.5s`, `500ms`, `5m` or `1h`: at most a day, in whole nanoseconds; nil for anything else.
  package init?(text: String) {
    guard let (suffix, unit) = Self.units.first(where: { text.hasSuffix($0.key) }) else { return nil }
    let parts = text.dropLast(suffix.count).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let first = parts.first, let whole = Int64(first), whole <= Self.longest / unit
    else { return nil }
    var nanoseconds = whole * unit
    if parts.count == 2 {
      var scale = unit
      for digit in parts[1].utf8.prefix(13) {
        nanoseconds += scale / 10 * Int64(digit - 0x30) + scale % 10 * Int64(digit - 0x30) / 10
        scale /= 10
      }
    }
    guard nanoseconds <= Self.longest else { return nil }
    self = .nanoseconds(nanoseconds)
  }

  package var inSeconds: Double { Double(clampedNanoseconds) / 1e9 }

  /// The text that options accept: `2s` or `1500ms`.
  package var shortText: String {
    let milliseconds = clampedNanoseconds / 1_000_000
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
  }
}
