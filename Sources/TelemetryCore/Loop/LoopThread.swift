internal import OTLPSystem

/// The event loop of the calling thread, in thread-specific storage.
@safe
enum LoopThread {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let code = unsafe pthread_key_create(&key, nil)
    precondition(code == 0, "no thread-specific storage is left")
    return key
  }()

  // SAFETY: only a running loop sets the pointer, and the caller of `run()` holds the loop meanwhile.
  static var current: TelemetryLoop? {
    guard let pointer = unsafe pthread_getspecific(key) else { return nil }
    return unsafe Unmanaged<TelemetryLoop>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Sets the loop and returns the previous loop.
  static func exchange(_ loop: TelemetryLoop?) -> TelemetryLoop? {
    let previous = current
    unsafe pthread_setspecific(key, loop.map { unsafe Unmanaged.passUnretained($0).toOpaque() })
    return previous
  }
}
