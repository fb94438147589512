#if PostgreSQL
  internal import COTLPPostgres

  /// A request to end a statement, which needs no connection. It owns libpq's object, also if it is never sent.
  // SAFETY: libpq only reads the object, which is freed with the last reference.
  @safe
  final class PostgreSQLCancelRequest: @unchecked Sendable {
    private let raw: OpaquePointer?

    @unsafe
    init(_ raw: OpaquePointer?) { unsafe self.raw = raw }

    deinit { unsafe PQfreeCancel(raw) }

    /// Blocks until the server has answered.
    func send() {
      var buffer = [CChar](repeating: 0, count: 256)
      _ = unsafe PQcancel(raw, &buffer, Int32(buffer.count))
    }
  }
#endif
