import TelemetrySDK

/// An item of a given size.
struct Thing: BatchItem, Equatable {
  var number: Int
  var encodedSizeBound = 100
  static var metricsItem: SelfMetrics.Item { .span }
}
