internal import COTLPOpenSSL

/// What OpenSSL's callbacks touch of one connection. It lives behind a pointer, never in class properties.
@unsafe
struct TLSState {
  let isServer: Bool
  /// The host that the certificate must be for; empty on a server.
  let host: String
  /// The URI that the certificate must be for instead.
  let expectedURI: String?
  /// Whose certificates are believed, in words.
  let trust: String
  let hasCertificate: Bool
  /// The length of the context's list of protocols (ALPN).
  let protocolsCount: Int
  /// Where a client's sessions are kept, and under which name.
  let sessions: TLSSessionCache?
  let sessionPeer: String

  var input = unsafe ByteQueue()
  var output = unsafe ByteQueue()
  /// The transport has ended.
  var inputEnded = false
  /// The server asked for a client certificate.
  var certificateRequested = false
  /// What the server takes, if our key can sign nothing of it: in words.
  var unsuitableKey: String?
  /// The certificate is for `expectedURI`.
  var isForExpectedURI = false
  /// How long what was verified in full, in this connection or the one whose session it resumes, may be relied on.
  var validity: TLSSessionValidity?
  /// The same of the session that was offered to the server.
  var offeredValidity: TLSSessionValidity?
  /// The first thing that the verification of the peer's chain didn't like.
  var verifyFailure: TLSError?
  /// The chain that holds it, as the peer showed it.
  var refusedChain: [TLSPeer.Certificate] = []

  init(isServer: Bool, host: String, place: String, context: TLSContext) {
    unsafe self.isServer = isServer
    unsafe self.host = context.expectedURI ?? host
    unsafe expectedURI = context.expectedURI
    unsafe trust = context.trust
    unsafe hasCertificate = context.hasCertificate
    unsafe protocolsCount = context.protocolsCount
    unsafe sessions = context.sessions
    unsafe sessionPeer = "\(host) \(place)"
  }

  static func of(_ ssl: OpaquePointer?) -> UnsafeMutablePointer<TLSState>? {
    // Index 0 is OpenSSL's own "app data".
    unsafe SSL_get_ex_data(ssl, 0)?.assumingMemoryBound(to: TLSState.self)
  }
}

/// A BIO over the queues of a `TLSState`: what OpenSSL sees in the place of a socket.
///
/// OpenSSL's own memory BIO zeroes each piece of its memory before it writes it, and again when it is emptied.
enum TLSQueueBIO {
  // SAFETY: made once, read-only after that.
  nonisolated(unsafe) private static let method: OpaquePointer? = {
    let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
    guard let method = unsafe BIO_meth_new(type, "swift-otlp") else { return nil }
    unsafe BIO_meth_set_write_ex(method, write)
    unsafe BIO_meth_set_read_ex(method, read)
    unsafe BIO_meth_set_ctrl(method, control)
    return unsafe method
  }()

  /// A BIO for `state`, which must live longer.
  static func make(_ state: UnsafeMutablePointer<TLSState>) -> OpaquePointer? {
    guard let method = unsafe method, let bio = unsafe BIO_new(method) else { return nil }
    unsafe BIO_set_data(bio, state)
    unsafe BIO_set_init(bio, 1)
    return unsafe bio
  }

  private static func state(_ bio: OpaquePointer?) -> UnsafeMutablePointer<TLSState>? {
    unsafe BIO_get_data(bio)?.assumingMemoryBound(to: TLSState.self)
  }

  private static let write:
    @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, Int, UnsafeMutablePointer<Int>?) -> Int32 =
      { bio, bytes, count, written in
        guard let state = unsafe TLSQueueBIO.state(bio), let bytes = unsafe bytes else { return 0 }
        unsafe state.pointee.output.append(bytes, count)
        unsafe written?.pointee = count
        return 1
      }

  private static let read:
    @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>?, Int, UnsafeMutablePointer<Int>?) -> Int32 =
      { bio, buffer, capacity, taken in
        guard let state = unsafe TLSQueueBIO.state(bio), let buffer = unsafe buffer else { return 0 }
        unsafe BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
        let count = unsafe min(capacity, state.pointee.input.count)
        guard count > 0, let start = unsafe state.pointee.input.bytes.baseAddress else {
          if unsafe !state.pointee.inputEnded { unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY) }
          return 0
        }
        unsafe UnsafeMutableRawPointer(buffer).copyMemory(from: start, byteCount: count)
        unsafe state.pointee.input.drop(count)
        unsafe taken?.pointee = count
        return 1
      }

  private static let control: @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int =
    { bio, command, _, _ in
      guard let state = unsafe TLSQueueBIO.state(bio) else { return 0 }
      switch command {
      case BIO_CTRL_FLUSH: return 1
      case BIO_CTRL_EOF: return unsafe state.pointee.inputEnded && state.pointee.input.count == 0 ? 1 : 0
      default: return 0
      }
    }
}
