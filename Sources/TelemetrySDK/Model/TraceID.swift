internal import TelemetryCore

/// The 16-byte id of a trace. All zero is invalid.
@frozen
public struct TraceID: Hashable, Sendable, CustomStringConvertible {
  /// The first eight bytes as a big-endian number.
  public var high: UInt64
  /// The last eight bytes as a big-endian number.
  public var low: UInt64

  /// Makes an id from two big-endian numbers.
  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Parses 32 hexadecimal digits of either case; nil for any other text.
  public init?(hex: some StringProtocol) {
    let digits = Array(hex.utf8)
    guard digits.count == 32, let high = Hexadecimal.number(digits[..<16]), let low = Hexadecimal.number(digits[16...])
    else { return nil }
    self.init(high: high, low: low)
  }

  /// The id of zeros, which stands for no trace.
  public static let invalid = TraceID(high: 0, low: 0)

  /// True if any byte is non-zero.
  @inlinable public var isValid: Bool { high | low != 0 }

  /// 32 lower-case hexadecimal digits.
  public var description: String { Hexadecimal.text(high) + Hexadecimal.text(low) }
}
