/// Ids that AWS X-Ray accepts: a trace id begins with the seconds since 1970 as four bytes; the other twelve are
/// random.
public struct XRayIDGenerator: IDGenerator {
  private let sequence = RandomSequence()
  private let seconds: @Sendable () -> UInt32

  /// Makes a generator with a seed from the system.
  public init() { self.init { UInt32(truncatingIfNeeded: TraceClock.wallNanoseconds / 1_000_000_000) } }

  init(seconds: @escaping @Sendable () -> UInt32) { self.seconds = seconds }

  /// A new trace's id.
  public func makeTraceID() -> TraceID {
    let (high, low) = sequence.nextPair()
    let id = TraceID(high: UInt64(seconds()) << 32 | high & 0xFFFF_FFFF, low: low)
    return id.isValid ? id : makeTraceID()
  }

  /// A new span's id of 8 random bytes.
  public func makeSpanID() -> SpanID { SpanID(sequence.nextNonZero()) }

  /// True: the right-most twelve bytes are random.
  public var makesRandomTraceIDs: Bool { true }
}
