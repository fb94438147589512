#if !Metrics
  /// Reports the metrics that a pipeline has of itself to swift-metrics. It is in the package's trait `Metrics`.
  @available(*, unavailable, message: "enable the trait: .package(url: …, from: …, traits: [\"Metrics\"])")
  public struct SelfMetricsReporter {}
#endif
