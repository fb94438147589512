internal import COTLPOpenSSL

/// A TLS session that a client can resume. Immutable.
@safe
final class TLSSession: Sendable {
  // SAFETY: set once, freed in `deinit`. Connections get copies of the session, so that nothing writes to this one.
  nonisolated(unsafe) private let pointer: OpaquePointer

  /// Copies `session`, because OpenSSL invalidates the original when its connection ends without close_notify. Nil if the
  /// session can't be resumed.
  init?(copying session: OpaquePointer) {
    guard unsafe SSL_SESSION_is_resumable(session) == 1, let copy = unsafe SSL_SESSION_dup(session) else { return nil }
    unsafe pointer = unsafe copy
  }

  deinit { unsafe SSL_SESSION_free(pointer) }

  /// True if the session may be resumed only once: a ticket that is used twice identifies the client to observers (RFC
  /// 8446, C.4).
  var isSingleUse: Bool { unsafe SSL_SESSION_get_protocol_version(pointer) >= TLS1_3_VERSION }

  /// Offers the session to the server in the handshake of `ssl`.
  func offer(in ssl: OpaquePointer) {
    guard let copy = unsafe SSL_SESSION_dup(pointer) else { return }
    unsafe SSL_set_session(ssl, copy)
    unsafe SSL_SESSION_free(copy)
  }
}
