/// Random ids; the default. Ids are well distributed but can be predicted, so they are no secrets. Thread-safe, and a
/// forked child makes other ids than its parent.
public struct RandomIDGenerator: IDGenerator {
  let sequence = RandomSequence()

  /// Makes a generator with a seed from the system.
  public init() {}

  /// A new trace's id of 16 random bytes.
  public func makeTraceID() -> TraceID { sequence.nextTraceID() }

  /// A new span's id of 8 random bytes.
  public func makeSpanID() -> SpanID { sequence.nextSpanID() }

  /// True.
  public var makesRandomTraceIDs: Bool { true }
}
