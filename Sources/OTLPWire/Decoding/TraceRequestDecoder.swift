package import TelemetrySDK

/// Reads `ExportTraceServiceRequest`, for receivers and tests.
package enum TraceRequestDecoder {
  /// What a message may have at most.
  package struct Limits: Sendable {
    /// Bytes of a message.
    package var maxBytes = 64 << 20
    /// Spans of a message.
    package var maxSpans = 1 << 20
    /// Messages within messages.
    package var maxDepth = 100

    package init() {}
  }

  /// The spans of a request. Those of one `ResourceSpans` share one `Resource`, those of one `ScopeSpans` one scope.
  package static func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws(WireError) -> [SpanData] {
    fatalError("not written yet")
  }

  @unsafe
  package static func decode(
    _ bytes: UnsafeRawBufferPointer, limits: Limits = Limits()
  ) throws(WireError) -> [SpanData] {
    fatalError("not written yet")
  }
}
