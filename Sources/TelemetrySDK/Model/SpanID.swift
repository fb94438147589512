internal import TelemetryCore

/// The 8-byte id of a span within a trace. All zero is invalid.
@frozen
public struct SpanID: Hashable, Sendable, CustomStringConvertible {
  /// The bytes as a big-endian number.
  public var value: UInt64

  /// Makes an id from a big-endian number.
  @inlinable
  public init(_ value: UInt64) { self.value = value }

  /// Parses 16 hexadecimal digits of either case; nil for any other text.
  public init?(hex: some StringProtocol) {
    let digits = Array(hex.utf8)
    guard digits.count == 16, let value = Hexadecimal.number(digits[...]) else { return nil }
    self.init(value)
  }

  /// The id of zeros, which stands for no span.
  public static let invalid = SpanID(0)

  /// True if any byte is non-zero.
  @inlinable public var isValid: Bool { value != 0 }

  /// 16 lower-case hexadecimal digits.
  public var description: String { Hexadecimal.text(value) }
}
