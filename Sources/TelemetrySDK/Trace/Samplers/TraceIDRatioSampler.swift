/// Samples a share of all traces by their ids, whatever the parent's decision. All spans of a trace get the same
/// decision, and every higher ratio samples the same traces and more.
///
/// The specification replaces this sampler by ``ProbabilitySampler``, because decisions of that sampler agree between
/// languages. As the root of a ``ParentBasedSampler`` the ratio sampler stays sound, since it then decides about new
/// traces alone.
public struct TraceIDRatioSampler: Sampler {
  /// The share of traces that are sampled, from 0 to 1.
  public let ratio: Double
  /// A trace is sampled if the lower half of the id is below the bound; nil samples all.
  private let bound: UInt64?
  private let childWarning: WarnOnce

  /// Makes a sampler.
  /// - Parameters:
  ///   - ratio: The share of traces that are sampled, from 0 to 1.
  ///   - diagnostics: Receives a single warning if the sampler decides about spans with a parent: another language's
  ///     sampler may decide differently about the parent, which leaves traces incomplete.
  /// - Throws: If the ratio is outside of its range.
  public init(ratio: Double, diagnostics: Diagnostics = .standardError) throws(ConfigurationError) {
    try ConfigurationError.require("ratio", ratio, in: 0...1)
    self.init(valid: ratio, diagnostics: diagnostics)
  }

  init(valid ratio: Double, diagnostics: Diagnostics) {
    self.ratio = ratio
    bound = ratio < 1 ? UInt64(ratio * 0x1p64) : nil
    childWarning = WarnOnce(
      "TraceIdRatioBased decides about a child span; use it as the root of a parent-based sampler", diagnostics)
  }

  /// `recordAndSample` or `drop`, by the trace id alone.
  public func shouldSample(
    parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
    attributes: Attributes, links: [RecordingSpan.Link]
  ) -> SamplingResult {
    if parent.isValid { childWarning.emit() }
    guard let bound else { return SamplingResult(.recordAndSample) }
    return SamplingResult(traceID.low < bound ? .recordAndSample : .drop)
  }

  /// `TraceIdRatioBased` with the ratio in six digits after the point, or more if the ratio has more.
  public var description: String { "TraceIdRatioBased{\(RatioText.text(ratio))}" }
}
