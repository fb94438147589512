/// The names of HTTP/2 error codes (RFC 9113, 7).
enum HTTP2ErrorCode {
  private static let names: [StaticString] = [
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
    "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
  ]

  static func name(of code: UInt32) -> String {
    code < UInt32(names.count) ? "\(names[Int(code)])" : "error \(code)"
  }
}
