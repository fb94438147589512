/// Recognizes the protocol of a peer that doesn't speak HTTP/2, by the peer's first bytes.
// The bytes stand in an integer: see `ConnectionStateMachine`.
struct ProtocolDetector {
  /// The first bytes, at most eight, as a big-endian number.
  private var bytes: UInt64 = 0
  private var count = 0

  /// Adds bytes that arrived. Only the first ones are kept.
  mutating func append(_ more: UnsafeRawBufferPointer) {
    let added = min(more.count, 8 - count)
    for index in 0..<added { bytes = unsafe bytes << 8 | UInt64(more[index]) }
    count += added
  }

  private func byte(_ index: Int) -> UInt8? {
    index < count ? UInt8(truncatingIfNeeded: bytes >> UInt64(8 * (count - 1 - index))) : nil
  }

  /// Replaces `error` by a more precise one if the first bytes show another protocol than HTTP/2.
  func refined(_ error: HTTP2ConnectError) -> HTTP2ConnectError {
    if "HTTP/1.".utf8.enumerated().allSatisfy({ byte($0.offset) == $0.element }) { return .http1 }
    // An alert record: the peer takes the preface for a broken ClientHello.
    if byte(0) == 0x15, byte(1) == 0x03 { return .peerSpeaksTLS }
    switch error {
    case .closedByPeer where isForeign, .transport where isForeign:
      return .notHTTP2("what the server sends is not HTTP/2, and then it closed the connection")
    default: return error
    }
  }

  /// True if the bytes can't begin a SETTINGS frame, which is the first frame of HTTP/2: three bytes of length, type 4
  /// (RFC 9113, 3.4 and 4.1).
  private var isForeign: Bool {
    guard let first = byte(0) else { return false }
    return first != 0 || byte(3).map { $0 != 4 } ?? false
  }
}
