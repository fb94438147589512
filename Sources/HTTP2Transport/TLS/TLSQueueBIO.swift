internal import COTLPOpenSSL

/// A BIO over the queues of a `TLSStorage`, which OpenSSL uses in the place of a socket.
///
/// OpenSSL's own memory BIO fills its memory with zeros before each write, and again when the BIO is emptied.
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

  /// Makes a BIO for `storage`, which must live longer than the BIO.
  static func make(_ storage: UnsafeMutablePointer<TLSStorage>) -> OpaquePointer? {
    guard let method = unsafe method, let bio = unsafe BIO_new(method) else { return nil }
    unsafe BIO_set_data(bio, storage)
    unsafe BIO_set_init(bio, 1)
    return unsafe bio
  }

  private static func storage(_ bio: OpaquePointer?) -> UnsafeMutablePointer<TLSStorage>? {
    unsafe BIO_get_data(bio)?.assumingMemoryBound(to: TLSStorage.self)
  }

  private static let write:
    @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, Int, UnsafeMutablePointer<Int>?) -> Int32 =
      { bio, bytes, count, written in
        guard let storage = unsafe TLSQueueBIO.storage(bio), let bytes = unsafe bytes else { return 0 }
        unsafe storage.pointee.output.append(bytes, count)
        unsafe written?.pointee = count
        return 1
      }

  private static let read:
    @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>?, Int, UnsafeMutablePointer<Int>?) -> Int32 =
      { bio, buffer, capacity, taken in
        guard let storage = unsafe TLSQueueBIO.storage(bio), let buffer = unsafe buffer else { return 0 }
        unsafe BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
        let count = unsafe min(capacity, storage.pointee.input.count)
        guard count > 0, let start = unsafe storage.pointee.input.bytes.baseAddress else {
          if unsafe !storage.pointee.inputEnded { unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY) }
          return 0
        }
        unsafe UnsafeMutableRawPointer(buffer).copyMemory(from: start, byteCount: count)
        unsafe storage.pointee.input.drop(count)
        unsafe taken?.pointee = count
        return 1
      }

  private static let control: @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int =
    { bio, command, _, _ in
      guard let storage = unsafe TLSQueueBIO.storage(bio) else { return 0 }
      switch command {
      case BIO_CTRL_FLUSH: return 1
      case BIO_CTRL_EOF: return unsafe storage.pointee.inputEnded && storage.pointee.input.count == 0 ? 1 : 0
      default: return 0
      }
    }
}
