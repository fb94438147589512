internal import TelemetryCore

/// The `grpc-timeout` header.
enum GRPCTimeout {
  // The finest unit first.
  private static let units: [(symbol: UInt8, nanoseconds: Int64)] = [
    (UInt8(ascii: "n"), 1), (UInt8(ascii: "u"), 1_000), (UInt8(ascii: "m"), 1_000_000),
    (UInt8(ascii: "S"), 1_000_000_000), (UInt8(ascii: "M"), 60_000_000_000), (UInt8(ascii: "H"), 3_600_000_000_000),
  ]
  // At most eight digits (RULES 5.1.4).
  private static let limit: Int64 = 99_999_999

  /// The value for a remaining time, rounded up in the finest unit that fits; at least one nanosecond.
  static func value(nanoseconds: Int64) -> String {
    let nanoseconds = max(1, nanoseconds)
    for unit in units {
      let count = nanoseconds / unit.nanoseconds + (nanoseconds % unit.nanoseconds > 0 ? 1 : 0)
      if count <= limit { return text(count, unit.symbol) }
    }
    return text(limit, UInt8(ascii: "H"))
  }

  // A string of nine bytes needs no allocation.
  private static func text(_ count: Int64, _ symbol: UInt8) -> String {
    unsafe String(unsafeUninitializedCapacity: 9) { buffer in
      var digits = 1
      var power: Int64 = 10
      while power <= count {
        digits += 1
        power *= 10
      }
      var rest = count
      var index = digits - 1
      while index >= 0 {
        unsafe buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
        index -= 1
      }
      unsafe buffer[digits] = symbol
      return digits + 1
    }
  }
}
