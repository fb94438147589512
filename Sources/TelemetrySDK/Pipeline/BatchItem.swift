/// An item for a ``BatchProcessor``, with an upper bound of its encoded size.
public protocol BatchItem: Sendable {
  /// An upper bound of the item's encoded size in bytes, which counts against `maxQueueBytes`. Must be cheap to compute.
  /// A negative value counts as 0.
  var encodedSizeBound: Int { get }

  /// The kind of item in a processor's ``SelfMetrics``.
  static var metricsItem: SelfMetrics.Item { get }
}

extension SpanData: BatchItem {
  /// Spans.
  public static var metricsItem: SelfMetrics.Item { .span }
}
