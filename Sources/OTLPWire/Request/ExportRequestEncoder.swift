package import TelemetryCore
package import TelemetrySDK

/// Makes export requests of batches of any signal. Thread-safe.
package final class ExportRequestEncoder: Sendable {
  /// The size up to which a buffer is kept, in bytes.
  private static let maxPooledBytes = 2 << 20

  private let buffers: ObjectPool<RawBuffer>
  private let resourceHeaders = ScopeHeaderCache<Resource>()
  private let scopeHeaders = ScopeHeaderCache<InstrumentationScope>()

  /// - Parameter pooledBuffers: The maximum number of buffers kept for later requests.
  package init(pooledBuffers: Int = 4) {
    buffers = ObjectPool(
      capacity: pooledBuffers, factory: { RawBuffer(capacity: 64 << 10) },
      reset: { $0.capacity <= ExportRequestEncoder.maxPooledBytes },
      size: { $0.capacity })
  }

  /// Counts the unused buffers in `budget`.
  package func share(_ budget: ByteBudget) { buffers.share(budget) }

  /// Frees all unused buffers but `count`.
  package func trim(keeping count: Int) { buffers.trim(keeping: count) }

  /// The statistics of the message buffers.
  package var bufferStatistics: ObjectPool<RawBuffer>.Statistics { buffers.statistics }

  /// Makes the request of a batch: one `ResourceSpans` (or that of another signal) for each resource, with one `ScopeSpans` for each
  /// of its scopes, in the order of their first item. Items keep their order within a scope.
  ///
  /// If the batch has a single resource and scope, the headers are written around the items in the batch's block, for the first
  /// request of the batch. Otherwise the items are copied.
  package func encode<Item>(_ batch: Batch<Item>) -> ExportRequest {
    let count = batch.encoded.itemCount
    let message = message(of: batch.encoded)
    return ExportRequest(message: message, signal: Item.signal, itemCount: count)
  }

  /// The request's message with the gRPC prefix.
  private func message(of batch: EncodedBatch) -> BufferSlice {
    if let run = batch.runs.first, batch.runs.count == 1 {
      let headers = (resourceHeaders.header(of: run.resource), scopeHeaders.header(of: run.scope))
      if let message = Self.complete(batch, headers.0, headers.1) { return message }
    }
    return regroup(batch)
  }

  /// Writes the headers into the batch's block.
  /// - Returns: The message; nil if the block has no room for them, or has another request's already.
  private static func complete(
    _ batch: EncodedBatch, _ resource: ScopeHeader, _ scope: ScopeHeader
  ) -> BufferSlice? {
    let (start, end) = (batch.range.lowerBound, batch.range.upperBound)
    let urls = scope.schemaURL.count + resource.schemaURL.count
    guard resource.owner.count + scope.owner.count + 2 * ProtobufWriter.slack <= start,
      urls <= batch.memory.capacity - end, batch.memory.claim()
    else { return nil }
    let base = unsafe batch.memory.base
    unsafe copy(scope.schemaURL, to: base + end)
    unsafe copy(resource.schemaURL, to: base + end + scope.schemaURL.count)
    var writer = unsafe ProtobufWriter(UnsafeMutableRawBufferPointer(start: base, count: start))
    writer.append(scope.owner)
    let scopeSize = writer.written + batch.range.count + scope.schemaURL.count
    writer.prefix(WireTags.ResourceItems.scopes, count: scopeSize)
    writer.append(resource.owner)
    let size = writer.written + batch.range.count + urls
    writer.prefix(WireTags.ExportRequest.resources, count: size)
    let messageSize = writer.written + batch.range.count + urls
    writer.bigEndian(UInt32(clamping: messageSize))
    writer.byte(0)
    let range = start - writer.written..<end + urls
    return BufferSlice(buffer: batch.memory, range: range)
  }

  @unsafe
  private static func copy(_ bytes: [UInt8], to target: UnsafeMutableRawPointer) {
    unsafe bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { unsafe target.copyMemory(from: start, byteCount: source.count) }
    }
  }

  /// Copies the items, by resource and scope. The buffer returns to the pool with the last reference to the message.
  private func regroup(_ batch: EncodedBatch) -> BufferSlice {
    var pooled = buffers.acquire()
    // With room for the headers, so that a large batch isn't copied again and again as the buffer grows.
    let expected = batch.range.count + 16 << 10
    if pooled.value.capacity < expected { pooled.value = RawBuffer(capacity: expected) }
    var writer = ProtobufWriter(pooled.value)
    for group in Regrouping(batch.runs.lazy.map { ($0.resource, $0.scope) }).resources.reversed() {
      writer.group(WireTags.ExportRequest.resources, resourceHeaders.header(of: group.resource)) { writer in
        for group in group.scopes.reversed() {
          writer.group(WireTags.ResourceItems.scopes, scopeHeaders.header(of: group.scope)) { writer in
            for run in group.members.reversed() {
              unsafe writer.copy(batch.memory.bytes(batch.range(ofRun: run)))
            }
          }
        }
      }
    }
    writer.grpcPrefix()
    guard let slice = writer.slice else { preconditionFailure("the writer was made with a buffer") }
    if slice.buffer !== pooled.value { pooled.value = slice.buffer }
    return BufferSlice(buffer: RawBuffer(lending: pooled), range: slice.range)
  }
}
