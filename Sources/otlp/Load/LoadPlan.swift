internal import TelemetryCore
package import TelemetrySDK

/// The amount and the rate of a load.
package struct LoadPlan: Sendable {
  package var signal = OTLPSignal.traces
  /// The number of spans, log records or data points; nil for no limit.
  package var items: Int?
  /// The time to generate items for; nil for no limit.
  package var duration: Duration?
  /// Items per second of all workers together; nil for no limit.
  package var rate: Int?
  /// The number of threads that generate items.
  package var workers = 1
  /// If true, the spans are made with a tracer, at their real times.
  package var usesTracer = false
  package var shape = LoadShape()

  package init() {}

  /// The number of items that the rate allows by `elapsed` after the start; nil without a rate.
  package func allowed(after elapsed: Duration) -> Int? {
    guard let rate else { return nil }
    // The first item is due at once. The limit avoids an overflow.
    return Int(min(elapsed.inSeconds * Double(rate), 1e15)) + 1
  }
}
