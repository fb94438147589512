/// A source of metrics for a ``PeriodicMetricReader``, such as a bridge from another metrics library.
///
/// A producer belongs to one reader: it keeps the state of delta points for that reader alone.
public protocol MetricProducer: Sendable {
  /// Adds the present metrics to `collection`, by `collection.deadline`.
  ///
  /// The reader calls this on a telemetry thread, never twice at once. Run blocking code with `TelemetryRuntime.block(_:)`. If
  /// the call throws, the metrics that it has added are exported nevertheless, and the reader reports the error. If it
  /// hasn't returned at the deadline, the collection ends without it; what it returns later is exported then. After the
  /// reader's export timeout the call is cancelled.
  func produce(into collection: inout MetricCollection) async throws
}
