/// What a ``BatchProcessor`` takes: an item that knows how much memory and room on the wire it may need.
public protocol BatchItem: Sendable {
  /// An upper bound of the item's encoded size in bytes, cheap to have: it counts against `maxQueueBytes`.
  var encodedSizeBound: Int { get }
}

extension SpanData: BatchItem {}
