internal import TelemetryCore

/// The few encodings that answers need.
enum CollectorMessages {
  /// `ExportTraceServiceResponse` with a `partial_success` (1.3.1), also with values that make no sense.
  static func partialSuccess(rejected: Int64, message: String) -> [UInt8] {
    var inner: [UInt8] = []
    if rejected != 0 { inner += [0x08] + varint(UInt64(bitPattern: rejected)) }
    let text = Array(message.utf8)
    if !text.isEmpty { inner += [0x12] + varint(UInt64(text.count)) + text }
    return [0x0A] + varint(UInt64(inner.count)) + inner
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    while value >= 0x80 {
      bytes.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }

  /// `grpc-message`'s encoding (5.2.7).
  static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { result, byte in
      if byte.isPrintableASCII, byte != UInt8(ascii: "%") {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }

  /// Without padding, as gRPC emits it (5.1.8).
  static func base64(_ bytes: [UInt8]) -> String {
    String(Base64.text(of: bytes).prefix { $0 != "=" })
  }
}
