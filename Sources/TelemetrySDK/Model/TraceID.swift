internal import TelemetryCore

/// The 16 bytes that name a trace. All zero is invalid.
@frozen
public struct TraceID: Hashable, Sendable, CustomStringConvertible {
  /// The first eight bytes, big-endian.
  public var high: UInt64
  /// The last eight bytes, big-endian.
  public var low: UInt64

  /// Makes an id of its two halves, each read as a big-endian number.
  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads 32 hexadecimal digits of either case; nil for anything else.
  public init?(hex: some StringProtocol) {
    let digits = Array(hex.utf8)
    guard digits.count == 32, let high = Hexadecimal.number(digits[..<16]), let low = Hexadecimal.number(digits[16...])
    else { return nil }
    self.init(high: high, low: low)
  }

  /// The id of zeros, which stands for "none".
  public static let invalid = TraceID(high: 0, low: 0)

  /// Whether any byte is non-zero.
  @inlinable public var isValid: Bool { high | low != 0 }

  /// 32 lower-case hexadecimal digits.
  public var description: String { Hexadecimal.text(high) + Hexadecimal.text(low) }
}
