extension LoopbackCollector {
  /// The behavior of a collector on one connection.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum ConnectionBehavior: Sendable, Hashable {
    /// Serves requests.
    case serve
    /// Closes the connection at once.
    case close
    /// Reads, but sends nothing, not even SETTINGS.
    case silence
    /// Neither reads nor sends.
    case ignore
    /// Answers the first bytes with these bytes instead of HTTP/2, such as an HTTP/1.1 response, and closes.
    case reply([UInt8])
    /// Serves requests, and closes the connection after reading this number of bytes.
    case closeAfter(bytesRead: Int)
    /// Serves requests, and stops reading after this number of bytes.
    case stopReadingAfter(bytesRead: Int)
    /// Serves requests, and pauses after each read of at most `bytes` bytes.
    case readSlowly(bytes: Int, every: Duration)
  }
}
