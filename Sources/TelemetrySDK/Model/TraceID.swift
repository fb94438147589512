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
    guard digits.count == 32, let high = Hexadecimal.value(digits[..<16]), let low = Hexadecimal.value(digits[16...])
    else { return nil }
    self.init(high: high, low: low)
  }

  /// The id of zeros, which stands for "none".
  public static let invalid = TraceID(high: 0, low: 0)

  /// Whether any byte is non-zero.
  @inlinable public var isValid: Bool { high | low != 0 }

  /// 32 lower-case hexadecimal digits.
  public var description: String { Hexadecimal.digits(high) + Hexadecimal.digits(low) }
}

/// The 8 bytes that name a span within its trace. All zero is invalid.
@frozen
public struct SpanID: Hashable, Sendable, CustomStringConvertible {
  /// The bytes, read as a big-endian number.
  public var value: UInt64

  /// Makes an id of its bytes, read as a big-endian number.
  @inlinable
  public init(_ value: UInt64) { self.value = value }

  /// Reads 16 hexadecimal digits of either case; nil for anything else.
  public init?(hex: some StringProtocol) {
    let digits = Array(hex.utf8)
    guard digits.count == 16, let value = Hexadecimal.value(digits[...]) else { return nil }
    self.init(value)
  }

  /// The id of zeros, which stands for "none".
  public static let invalid = SpanID(0)

  /// Whether any byte is non-zero.
  @inlinable public var isValid: Bool { value != 0 }

  /// 16 lower-case hexadecimal digits.
  public var description: String { Hexadecimal.digits(value) }
}

enum Hexadecimal {
  static func value(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var result: UInt64 = 0
    for digit in digits {
      guard let value = nibble(digit) else { return nil }
      result = result << 4 | UInt64(value)
    }
    return result
  }

  static func digits(_ value: UInt64) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
