internal import TelemetryCore

/// Decodes `grpc-message` and the binary header fields.
enum StatusMessage {
  // A longer message is of no use, and may be an attack.
  private static let messageLimit = 1_024

  /// Decodes a `grpc-message` (RULES 5.2.7). Invalid escapes stay, invalid UTF-8 is repaired, and control characters
  /// become blanks.
  static func decoded(_ encoded: UnsafeBufferPointer<UInt8>) -> String {
    unsafe PercentEncoding.text(of: encoded).sanitized(limit: messageLimit)
  }

  /// Decodes the first value of a `-bin` field, base64 with or without padding (RULES 5.1.8); nil for any other text.
  static func binary(_ encoded: some Collection<UInt8>) -> [UInt8]? {
    Base64.decode(encoded.prefix { $0 != UInt8(ascii: ",") })
  }
}
