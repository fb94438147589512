/// The wish of a ``ComposableSampler`` about a new span.
public struct SamplingIntent: Sendable {
  /// The rejection threshold, from 0, which samples all, to 2^56 - 1: a trace is sampled if its 56 random bits are at least the
  /// threshold. nil to drop the span.
  public var threshold: UInt64?
  /// True, the default, if back ends can count by the threshold, which is then written into the trace state.
  public var isThresholdReliable: Bool
  /// Makes the attributes that are added to a sampled span; none by default.
  public var attributes: (@Sendable () -> Attributes)?
  /// Makes the trace state of the span from the parent's and from the decision; by default the parent's. It must leave the entry `ot`
  /// alone.
  public var traceState: (@Sendable (TraceState, SamplingResult.Decision) -> TraceState)?

  /// Makes an intent.
  public init(threshold: UInt64?, isThresholdReliable: Bool = true) {
    self.threshold = threshold
    self.isThresholdReliable = isThresholdReliable
  }

  /// Drops the span.
  public static var drop: SamplingIntent { SamplingIntent(threshold: nil, isThresholdReliable: false) }
}
