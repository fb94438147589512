/// The rejection threshold `th` of consistent probability sampling: a trace is sampled if its 56 random bits are at
/// least the threshold (OpenTelemetry, TraceState: Probability Sampling).
package struct SamplingThreshold: Hashable, Sendable, CustomStringConvertible {
  /// 2^56, the number of values that the randomness can have.
  private static let range: UInt64 = 1 << 56
  private static let digitCount = 14

  /// The threshold, from 0, which samples all, to 2^56 - 1.
  package let value: UInt64

  /// Takes a threshold; nil if it is 2^56 or more.
  package init?(value: UInt64) {
    guard value < Self.range else { return nil }
    self.value = value
  }

  /// Converts a probability from 2^-56 to 1.
  /// - Parameter precision: Significant hexadecimal digits, 1 to 12; leading digits `f` don't count.
  package init(probability: Double, precision: Int = 4) {
    guard probability < 1 else {
      value = 0
      return
    }
    let leading = (-probability.exponent - 1) / 4
    let digits = max(1, min(12, precision + leading))
    let exact = Self.range - UInt64((probability * 0x1p56).rounded())
    let shift = UInt64(4 * (Self.digitCount - digits))
    value = min((exact + 1 << (shift - 1)) >> shift, 1 << UInt64(4 * digits) - 1) << shift
  }

  /// Reads 1 to 14 hexadecimal digits; trailing zeros may be missing.
  package init?(_ text: Substring) {
    let digits = text.utf8
    guard (1...Self.digitCount).contains(digits.count), let value = Hexadecimal.number(digits) else { return nil }
    self.value = value << UInt64(4 * (Self.digitCount - digits.count))
  }

  /// True if a trace of this randomness, 56 bits, is sampled.
  package func samples(_ randomness: UInt64) -> Bool { randomness >= value }

  /// The probability with which traces are sampled.
  package var probability: Double { Double(Self.range - value) * 0x1p-56 }

  /// Hexadecimal digits without trailing zeros; `0` for a threshold that samples all.
  package var description: String {
    guard value != 0 else { return "0" }
    let zeros = value.trailingZeroBitCount / 4
    let text = String(value >> UInt64(4 * zeros), radix: 16)
    return String(repeating: "0", count: Self.digitCount - zeros - text.utf8.count) + text
  }
}
