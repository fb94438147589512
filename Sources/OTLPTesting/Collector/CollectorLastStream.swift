extension LoopbackCollector {
  /// The last-stream-id of a GOAWAY: the server declares later requests unprocessed (RFC 9113, 6.8).
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum LastStream: Hashable, Sendable {
    /// 0: no request was processed, so all can be retried safely.
    case none
    /// The stream of the current request.
    case current
    /// The stream before the one of the current request.
    case beforeCurrent
    /// 2³¹−1: a warning before the final GOAWAY. No request is unprocessed.
    case all
    /// Any number.
    case id(Int32)
  }
}
