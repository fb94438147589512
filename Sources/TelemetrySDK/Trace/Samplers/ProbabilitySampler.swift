/// Samples a share of all traces by their random bits, whatever the parent's decision, and writes the share into the
/// trace state, so that backends can count what was not sampled (OpenTelemetry, TraceState: Probability Sampling; in
/// development). Decisions agree between languages.
///
/// The random bits are `rv` of the trace state's entry `ot`, or the right-most seven bytes of the trace id.
public struct ProbabilitySampler: Sampler {
  /// The share of traces that are sampled, from 2^-56 to 1.
  public let ratio: Double
  private let threshold: SamplingThreshold
  /// The trace state of a sampled span if the parent's is empty, made once.
  private let thresholdAlone: TraceState
  private let randomness: TraceRandomness

  /// Makes a sampler.
  /// - Parameters:
  ///   - ratio: The share of traces that are sampled, from 2^-56 to 1. For none there is ``AlwaysOffSampler``.
  ///   - diagnostics: Receives one warning if a parent's trace id isn't known to be random.
  /// - Throws: If the ratio is outside of its range.
  public init(ratio: Double, diagnostics: Diagnostics = .standardError) throws(ConfigurationError) {
    try ConfigurationError.require("ratio", ratio, in: 0x1p-56...1)
    self.ratio = ratio
    threshold = SamplingThreshold(probability: ratio)
    thresholdAlone = TraceState().withThreshold(threshold)
    randomness = TraceRandomness("ProbabilitySampler", diagnostics)
  }

  /// `recordAndSample` with `th` in the trace state, or `drop` without `th`.
  public func shouldSample(
    parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
    attributes: Attributes, links: [RecordingSpan.Link]
  ) -> SamplingResult {
    let isSampled = threshold.samples(randomness.value(parent, traceID))
    if parent.traceState.isEmpty {
      return isSampled ? SamplingResult(.recordAndSample, traceState: thresholdAlone) : SamplingResult(.drop)
    }
    return SamplingResult(
      isSampled ? .recordAndSample : .drop,
      traceState: parent.traceState.withThreshold(isSampled ? threshold : nil))
  }

  /// `ProbabilitySampler` with the ratio in six digits after the point, or more if the ratio has more.
  public var description: String { "ProbabilitySampler{\(RatioText.text(ratio))}" }
}
