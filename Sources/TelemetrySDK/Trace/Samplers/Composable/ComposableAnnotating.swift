/// Adds attributes to the spans that another sampler wishes to be sampled.
public struct ComposableAnnotating: ComposableSampler {
  private let added: Attributes
  private let delegate: any ComposableSampler

  /// Makes a sampler.
  /// - Parameters:
  ///   - attributes: Added to sampled spans, beside those of the delegate, which they replace at equal keys.
  ///   - delegate: Wishes about the spans.
  public init(_ attributes: Attributes, _ delegate: any ComposableSampler) {
    added = attributes
    self.delegate = delegate
  }

  /// The delegate's wish, with the attributes.
  public func samplingIntent(for span: SamplingParameters) -> SamplingIntent {
    var intent = delegate.samplingIntent(for: span)
    let (others, added) = (intent.attributes, added)
    intent.attributes = {
      var attributes = others?() ?? Attributes()
      for attribute in added { attributes[attribute.key] = attribute.value }
      return attributes
    }
    return intent
  }

  /// `ComposableAnnotating` with the delegate's description.
  public var description: String { "ComposableAnnotating{\(delegate)}" }
}
