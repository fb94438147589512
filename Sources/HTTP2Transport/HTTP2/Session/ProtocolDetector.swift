/// Looks at the first bytes that a peer sends, to say what it speaks when it isn't HTTP/2.
struct ProtocolDetector {
  private static let http1: [UInt8] = Array("HTTP/1.".utf8)
  private var bytes: [UInt8] = []

  /// Takes note of bytes that arrived, as long as they are among the first.
  mutating func append(_ more: UnsafeRawBufferPointer) {
    let room = ProtocolDetector.http1.count - bytes.count
    if room > 0 { unsafe bytes.append(contentsOf: more.prefix(room)) }
  }

  /// The error to name in place of `error`: what the peer speaks instead of HTTP/2, where that can be told.
  func verdict(_ error: HTTP2ConnectError) -> HTTP2ConnectError {
    if bytes == ProtocolDetector.http1 { return .http1 }
    // An alert record of TLS: our preface was taken for a broken ClientHello.
    if bytes.count >= 2, bytes[0] == 0x15, bytes[1] == 0x03 { return .peerSpeaksTLS }
    switch error {
    case .closedByPeer where isForeign, .transport where isForeign:
      return .notHTTP2("what the server sends is not HTTP/2, and then it closed the connection")
    default: return error
    }
  }

  /// Whether they can't be the head of SETTINGS, which come first in HTTP/2: three bytes of length, the type 4.
  private var isForeign: Bool {
    guard let first = bytes.first else { return false }
    return first != 0 || bytes.count > 3 && bytes[3] != 4
  }
}
