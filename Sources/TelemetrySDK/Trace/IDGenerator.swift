/// Makes the ids of spans. Both methods are called on the threads that start spans, on several at once.
public protocol IDGenerator: Sendable {
  /// A new trace's id; valid, which means not all zero.
  func makeTraceID() -> TraceID

  /// A new span's id; valid, which means not all zero.
  func makeSpanID() -> SpanID

  /// True if the right-most seven bytes of each trace id are uniformly random; false by default. If true, new traces
  /// carry the random flag (W3C Trace Context, Level 2, randomness of trace id).
  var makesRandomTraceIDs: Bool { get }
}

extension IDGenerator {
  /// False.
  public var makesRandomTraceIDs: Bool { false }
}
