/// Decides by the wish of a ``ComposableSampler``, and writes the share of sampled traces into the trace state.
///
/// A rule for health checks, a share of all other new traces, and the caller's decision for those that go on:
///
/// ```swift
/// let rules = ComposableRuleBased([
///   .init("health check", ComposableAlwaysOff()) { $0.attributes["http.route"] == "/healthz" },
///   .init("other", try ComposableProbability(ratio: 0.1)) { _ in true },
/// ])
/// let sampler = CompositeSampler(ComposableParentThreshold(root: rules))
/// ```
///
/// Specification: trace SDK, CompositeSampler (in development).
public struct CompositeSampler: Sampler {
  private let delegate: any ComposableSampler
  private let randomness: TraceRandomness

  /// Makes a sampler.
  /// - Parameters:
  ///   - delegate: The sampler whose wish counts.
  ///   - diagnostics: Receives one warning if a parent's trace id isn't known to be random.
  public init(_ delegate: any ComposableSampler, diagnostics: Diagnostics = .standardError) {
    self.delegate = delegate
    randomness = TraceRandomness("CompositeSampler", diagnostics)
  }

  /// `recordAndSample` with `th` in the trace state if the threshold is reliable, or `drop` without `th`.
  public func shouldSample(
    parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
    attributes: Attributes, links: [RecordingSpan.Link]
  ) -> SamplingResult {
    let span = SamplingParameters(
      parent: parent, context: context, name: name, kind: kind, attributes: attributes, links: links)
    let intent = delegate.samplingIntent(for: span)
    let threshold = intent.threshold.flatMap { SamplingThreshold(value: $0) }
    let isSampled = threshold.map { samples($0, intent.isThresholdReliable, parent, traceID) } ?? false
    let decision: SamplingResult.Decision = isSampled ? .recordAndSample : .drop
    let state = intent.traceState.map { $0(parent.traceState, decision) } ?? parent.traceState
    return SamplingResult(
      decision, attributes: isSampled ? intent.attributes?() ?? Attributes() : Attributes(),
      traceState: state.withThreshold(isSampled && intent.isThresholdReliable ? threshold : nil))
  }

  /// A threshold that isn't reliable is compared with a new random number, since it says nothing about the trace.
  private func samples(
    _ threshold: SamplingThreshold, _ isReliable: Bool, _ parent: SpanContext, _ traceID: TraceID
  ) -> Bool {
    if threshold.value == 0 { return true }
    return threshold.samples(isReliable ? randomness.value(parent, traceID) : .random(in: 0..<(1 << 56)))
  }

  /// `CompositeSampler` with the delegate's description.
  public var description: String { "CompositeSampler{\(delegate)}" }
}
