package import TelemetryCore
package import TelemetrySDK

/// Turns spans into `ExportTraceServiceRequest`s. Thread-safe; one for each exporter.
package final class TraceRequestEncoder: Sendable {
  package init() {}

  /// Encodes a batch: one `ResourceSpans` for each resource and in it one `ScopeSpans` for each scope, in the order in
  /// which they first appear; spans keep their order within these.
  package func encode(_ spans: [SpanData]) -> EncodedRequest {
    fatalError("not written yet")
  }

  /// The pool of the buffers that messages are written into.
  package var bufferStatistics: ObjectPool<RawBuffer>.Statistics { fatalError("not written yet") }
}
