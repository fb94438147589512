internal import TelemetryCore

/// The encodings of text and bytes in gRPC's header fields.
enum GRPCText {
  // Longer messages are of no use to anybody, and may be a trick.
  private static let messageLimit = 1_024

  /// The text of a `grpc-message`: bad escapes stay as they are, bad UTF-8 is repaired, control characters go.
  static func message(_ encoded: UnsafeBufferPointer<UInt8>) -> String {
    unsafe PercentEncoding.text(of: encoded).sanitized(limit: messageLimit)
  }

  /// The bytes of a `-bin` field: base64 with padding or without; of a list the first. Nil if it is neither.
  static func binary(_ encoded: some Collection<UInt8>) -> [UInt8]? {
    Base64.decode(encoded.prefix { $0 != UInt8(ascii: ",") })
  }

  /// An integer in decimal digits: no sign unless allowed, no blanks, no leading zeros.
  static func integer(_ text: UnsafeBufferPointer<UInt8>, signed: Bool = false) -> Int? {
    var index = 0
    let negative = unsafe signed && text.first == UInt8(ascii: "-")
    if negative { index = 1 }
    guard index < text.count, text.count - index <= 10 else { return nil }
    if unsafe text[index] == UInt8(ascii: "0"), text.count - index > 1 { return nil }
    var value = 0
    while index < text.count {
      let digit = unsafe text[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value * 10 + Int(digit)
      index += 1
    }
    return negative ? -value : value
  }
}
