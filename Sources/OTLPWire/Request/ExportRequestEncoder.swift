package import TelemetryCore
package import TelemetrySDK

/// Encodes spans into `ExportTraceServiceRequest`s. Thread-safe; each exporter has one.
package final class ExportRequestEncoder: Sendable {
  private let buffers: ObjectPool<RawBuffer>
  private let resourceHeaders = ScopeHeaderCache<Resource>()
  private let scopeHeaders = ScopeHeaderCache<InstrumentationScope>()

  /// - Parameters:
  ///   - pooledBuffers: The maximum number of buffers kept for later requests.
  ///   - maxPooledBytes: The size up to which a buffer is kept.
  package init(pooledBuffers: Int = 4, maxPooledBytes: Int = 2 << 20) {
    buffers = ObjectPool(
      capacity: pooledBuffers, factory: { RawBuffer(capacity: 64 << 10) }, reset: { $0.capacity <= maxPooledBytes },
      size: { $0.capacity })
  }

  /// Counts the unused buffers in `budget`.
  package func share(_ budget: ByteBudget) { buffers.share(budget) }

  /// Frees all unused buffers but `count`.
  package func trim(keeping count: Int) { buffers.trim(keeping: count) }

  /// The statistics of the message buffers.
  package var bufferStatistics: ObjectPool<RawBuffer>.Statistics { buffers.statistics }

  /// Encodes a batch: one `ResourceSpans` for each resource, with one `ScopeSpans` for each of its scopes, in the order
  /// of their first span. Spans keep their order within a scope.
  ///
  /// The buffer returns to the encoder's pool with the last reference to the request's message.
  package func encode(_ spans: [SpanData]) -> ExportRequest {
    var pooled = buffers.acquire()
    var writer = ProtobufWriter(pooled.value)
    for group in Regrouping(spans).resources.reversed() {
      writer.group(FieldTag.ExportRequest.resourceSpans, resourceHeaders.header(of: group.resource)) { writer in
        for group in group.scopes.reversed() {
          writer.group(FieldTag.ResourceSpans.scopeSpans, scopeHeaders.header(of: group.scope)) { writer in
            Self.write(spans, members: group.members, &writer)
          }
        }
      }
    }
    writer.grpcPrefix()
    if writer.buffer !== pooled.value { pooled.value = writer.buffer }
    let message = BufferSlice(buffer: RawBuffer(lending: pooled), range: writer.range)
    return ExportRequest(message: message, itemCount: spans.count)
  }

  private static func write(_ spans: borrowing [SpanData], members: [Int]?, _ writer: inout ProtobufWriter) {
    if let members {
      spans.forEachReversed(at: members) { writer.span($0) }
    } else {
      spans.forEachReversedPrefetching { writer.span($0) }
    }
  }
}
