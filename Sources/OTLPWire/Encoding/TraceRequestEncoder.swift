package import TelemetryCore
package import TelemetrySDK

/// Turns spans into `ExportTraceServiceRequest`s. Thread-safe; one for each exporter.
package final class TraceRequestEncoder: Sendable {
  private let buffers: ObjectPool<RawBuffer>
  private let headers = HeaderCache()

  /// - Parameters:
  ///   - pooledBuffers: The most buffers kept for later requests.
  ///   - maxPooledBytes: A buffer that has grown larger isn't kept.
  package init(pooledBuffers: Int = 4, maxPooledBytes: Int = 2 << 20) {
    buffers = ObjectPool(
      capacity: pooledBuffers, factory: { RawBuffer(capacity: 64 << 10) }, reset: { $0.capacity <= maxPooledBytes },
      size: { $0.capacity })
  }

  /// Counts the buffers that lie ready in `budget`.
  package func share(_ budget: ByteBudget) { buffers.share(budget) }

  /// Lets go of buffers that lie ready, but for `count`.
  package func trim(keeping count: Int) { buffers.trim(keeping: count) }

  /// The pool of the buffers that messages are written into.
  package var bufferStatistics: ObjectPool<RawBuffer>.Statistics { buffers.statistics }

  /// Encodes a batch: one `ResourceSpans` for each resource and in it one `ScopeSpans` for each scope, in the order in
  /// which they first appear; spans keep their order within these.
  ///
  /// The buffer goes back to the encoder's pool with the last reference to the request's message.
  package func encode(_ spans: [SpanData]) -> EncodedRequest {
    let plan = BatchPlan(spans)
    var pooled = buffers.acquire()
    var writer = WireWriter(pooled.value)
    var layout = RequestLayout(spanCount: spans.count, groupCount: plan.groups.count)
    for index in plan.groups.indices.reversed() {
      let group = plan.groups[index]
      layout.beginGroup(
        resourceIndex: group.resourceIndex, resource: headers.resource(group.resource),
        scope: headers.scope(group.scope), &writer)
      Self.write(spans, members: group.members, &layout, &writer)
      layout.endGroup(&writer)
    }
    layout.endMessage(&writer)
    if writer.buffer !== pooled.value { pooled.value = writer.buffer }
    let message = BufferSlice(buffer: RawBuffer(lending: pooled), range: writer.range)
    return EncodedRequest(message: message, layout: layout)
  }

  private static func write(
    _ spans: borrowing [SpanData], members: [Int]?, _ layout: inout RequestLayout, _ writer: inout WireWriter
  ) {
    guard let members else {
      spans.forEachReversedPrefetching { span in
        writer.span(span)
        layout.addSpan(writer.written)
      }
      return
    }
    spans.forEachReversed(at: members) { span in
      writer.span(span)
      layout.addSpan(writer.written)
    }
  }
}
