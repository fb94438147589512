/// The answer of a ``Sampler``.
@frozen
public struct SamplingResult: Hashable, Sendable {
  /// The fates of a new span. The specification has no fourth: a sampled span is always recorded.
  @frozen
  public enum Decision: UInt8, Hashable, Sendable, CaseIterable {
    /// The span records nothing; only its ids travel on.
    case drop
    /// Processors see the span; exporters don't, and the sampled flag isn't set.
    case recordOnly
    /// The span is recorded and exported, and the sampled flag is set.
    case recordAndSample
  }

  /// The span's fate.
  public var decision: Decision
  /// Attributes that are added to the span; none by default.
  public var attributes: Attributes
  /// The trace state of the span; nil, the default, for the parent's.
  public var traceState: TraceState?

  /// Makes a result.
  @inlinable
  public init(_ decision: Decision, attributes: Attributes = Attributes(), traceState: TraceState? = nil) {
    self.decision = decision
    self.attributes = attributes
    self.traceState = traceState
  }
}
