internal import COTLPOpenSSL

/// What a client needs to resume a TLS session; it never changes.
@safe
final class TLSSession: Sendable {
  // SAFETY: set once; nothing writes to the session, which is copied before a connection gets it; freed in `deinit`.
  nonisolated(unsafe) private let pointer: OpaquePointer

  /// A copy of `session`: OpenSSL marks the original when its connection ends without a goodbye. Nil if it can't be
  /// resumed at all.
  init?(copying session: OpaquePointer) {
    guard unsafe SSL_SESSION_is_resumable(session) == 1, let copy = unsafe SSL_SESSION_dup(session) else { return nil }
    unsafe pointer = unsafe copy
  }

  deinit { unsafe SSL_SESSION_free(pointer) }

  /// Whether it may be used once only: who sees a ticket twice can tell that it's the same client (RFC 8446, C.4).
  var isSingleUse: Bool { unsafe SSL_SESSION_get_protocol_version(pointer) >= TLS1_3_VERSION }

  /// Offers the session to the server in the handshake of `ssl`.
  func offer(in ssl: OpaquePointer) {
    guard let copy = unsafe SSL_SESSION_dup(pointer) else { return }
    unsafe SSL_set_session(ssl, copy)
    unsafe SSL_SESSION_free(copy)
  }
}
