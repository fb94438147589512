/// Random ids; the default. Ids are well distributed but can be predicted, so they are no secrets. Thread-safe, and a
/// forked child makes other ids than its parent.
public struct RandomIDGenerator: IDGenerator {
  private let sequence = RandomSequence()

  /// Makes a generator with a seed from the system.
  public init() {}

  /// A new trace's id of 16 random bytes.
  public func makeTraceID() -> TraceID {
    while true {
      let (high, low) = sequence.nextPair()
      let id = TraceID(high: high, low: low)
      if id.isValid { return id }
    }
  }

  /// A new span's id of 8 random bytes.
  public func makeSpanID() -> SpanID { SpanID(sequence.nextNonZero()) }

  /// True.
  public var makesRandomTraceIDs: Bool { true }
}
