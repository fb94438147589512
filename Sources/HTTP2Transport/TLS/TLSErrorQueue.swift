internal import COTLPOpenSSL
internal import TelemetryCore

/// OpenSSL's error queue of the calling thread.
enum TLSErrorQueue {
  struct Entry {
    let library: Int32
    let reason: Int32

    init(_ code: UInt) {
      library = ERR_GET_LIB(code)
      reason = ERR_GET_REASON(code)
      // OpenSSL has no texts for system errors.
      let known =
        library == ERR_LIB_SYS
        ? SystemError.text(of: reason) : unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
      text = known ?? "OpenSSL error \(String(code, radix: 16))"
    }

    let text: String
    /// A PEM file has no further object.
    var isEndOfPEM: Bool { library == ERR_LIB_PEM && reason == PEM_R_NO_START_LINE }
  }

  /// Empties the queue.
  /// - Returns: The text of the oldest error.
  static func takeFirstText() -> String { take().first?.text ?? "unknown error" }

  /// Empties the queue.
  /// - Returns: The errors, the oldest first.
  static func take() -> [Entry] {
    var entries: [Entry] = []
    while case let code = ERR_get_error(), code != 0 { entries.append(Entry(code)) }
    return entries
  }
}
