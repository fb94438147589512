/// Leaves the wish to the sampler of the first rule that applies; a span to which no rule applies is dropped.
public struct ComposableRuleBased: ComposableSampler {
  /// A condition with the sampler for spans that meet it.
  public struct Rule: Sendable, CustomStringConvertible {
    /// The condition in words, for the sampler's description.
    public let description: String
    let sampler: any ComposableSampler
    let applies: @Sendable (SamplingParameters) -> Bool

    /// Makes a rule.
    /// - Parameters:
    ///   - description: The condition in words.
    ///   - sampler: Wishes about spans that meet the condition.
    ///   - applies: True for spans that meet the condition.
    public init(
      _ description: String, _ sampler: any ComposableSampler,
      where applies: @escaping @Sendable (SamplingParameters) -> Bool
    ) {
      self.description = description
      self.sampler = sampler
      self.applies = applies
    }
  }

  private let rules: [Rule]

  /// Makes a sampler of rules, which are asked in order.
  public init(_ rules: [Rule]) { self.rules = rules }

  /// The wish of the first rule's sampler that applies, or ``SamplingIntent/drop``.
  public func samplingIntent(for span: SamplingParameters) -> SamplingIntent {
    rules.first { $0.applies(span) }?.sampler.samplingIntent(for: span) ?? .drop
  }

  /// `ComposableRuleBased` with the rules in order.
  public var description: String {
    "ComposableRuleBased{\(rules.map { "\($0):\($0.sampler)" }.joined(separator: ","))}"
  }
}
