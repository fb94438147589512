internal import TelemetryCore

/// Decodes `grpc-message` and the binary header fields.
enum StatusMessage {
  // A longer message is of no use, and may be an attack.
  private static let messageLimit = 1_024

  /// Decodes a `grpc-message` (RULES 5.2.7). Invalid escapes stay, invalid UTF-8 is repaired, and control characters
  /// become blanks.
  static func decoded(_ encoded: UnsafeBufferPointer<UInt8>) -> String {
    Diagnostics.sanitized(unsafe PercentEncoding.text(of: encoded), limit: messageLimit)
  }

  /// The bytes of a `-bin` field: base64 with padding or without; of a list the first. Nil if it is neither.
  static func binary(_ encoded: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var padding = 0
    for byte in encoded {
      if byte == UInt8(ascii: ",") { break }
      if byte == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      guard padding == 0, let digit = base64Digit(byte) else { return nil }
      bits = bits << 6 | UInt32(digit)
      count += 1
      if count % 4 != 1 { bytes.append(UInt8(truncatingIfNeeded: bits >> ((3 - UInt32(count - 1) % 4) * 2))) }
    }
    // A rest of one digit is no byte; padding is whole or absent.
    guard count % 4 != 1, padding == 0 || (count + padding) % 4 == 0 && padding <= 2 else { return nil }
    return bytes
  }

  private static func base64Digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
