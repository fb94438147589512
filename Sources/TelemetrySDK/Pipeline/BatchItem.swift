/// What a ``BatchProcessor`` takes: an item that knows how much memory and room on the wire it may need.
public protocol BatchItem: Sendable {
  /// An upper bound of the item's encoded size in bytes, cheap to have: it counts against `maxQueueBytes`. A negative one
  /// counts as 0.
  var encodedSizeBound: Int { get }

  /// What such items are called in a processor's ``SelfMetrics``.
  static var metricsItem: SelfMetrics.Item { get }
}

extension SpanData: BatchItem {
  /// Spans.
  public static var metricsItem: SelfMetrics.Item { .span }
}
