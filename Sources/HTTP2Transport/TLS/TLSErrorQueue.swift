internal import COTLPOpenSSL
internal import TelemetryCore

/// The errors that OpenSSL has noted for the calling thread.
enum TLSErrorQueue {
  struct Entry {
    let library: Int32
    let reason: Int32

    init(_ code: UInt) {
      library = ERR_GET_LIB(code)
      reason = ERR_GET_REASON(code)
      // A system error has no words in OpenSSL.
      let words =
        library == ERR_LIB_SYS
        ? SystemError.text(of: reason) : unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
      text = words ?? "OpenSSL error \(String(code, radix: 16))"
    }

    let text: String
    /// There is no further object in a PEM file.
    var isEndOfPEM: Bool { library == ERR_LIB_PEM && reason == PEM_R_NO_START_LINE }
  }

  /// All of them, the oldest first; none are left.
  static func take() -> [Entry] {
    var entries: [Entry] = []
    while case let code = ERR_get_error(), code != 0 { entries.append(Entry(code)) }
    return entries
  }
}
