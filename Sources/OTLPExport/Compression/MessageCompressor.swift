package import TelemetryCore

/// Compresses whole messages for the wire. Thread-safe; compressors and buffers are kept for the next message.
package final class MessageCompressor: Sendable {
  /// A compression that takes longer than this much input (some milliseconds) leaves the event loop.
  package static let largestOnLoop = 1 << 20
  private static let largestPooled = 2 << 20
  private static let prefixLength = 5

  private let compressors: ObjectPool<GzipCompressor>
  private let buffers: ObjectPool<RawBuffer>

  /// Makes compressors of a level from 1 to 9.
  package init(level: Int) {
    compressors = ObjectPool(
      capacity: 2, factory: { GzipCompressor(level: level) }, size: { _ in GzipCompressor.bytes })
    buffers = ObjectPool(
      capacity: 4, factory: { RawBuffer(capacity: 64 << 10) },
      reset: { $0.capacity <= MessageCompressor.largestPooled }, size: { $0.capacity })
  }

  /// Counts the compressors and buffers that lie ready in `budget`.
  package func share(_ budget: ByteBudget) {
    compressors.share(budget)
    buffers.share(budget)
  }

  /// What the buffers' pool has done so far.
  package var bufferStatistics: ObjectPool<RawBuffer>.Statistics { buffers.statistics }

  /// A gRPC message, its prefix included, of the compressed bytes of `message`; nil if they aren't fewer.
  package func compress(_ message: BufferSlice) -> BufferSlice? {
    guard message.count <= Int(UInt32.max) else { return nil }  // zlib counts in 32 bits
    let compressor = compressors.acquire()
    let capacity = compressor.value.bound(message.count) + MessageCompressor.prefixLength
    var pooled = buffers.acquire()
    if pooled.value.capacity < capacity { pooled.value = RawBuffer(capacity: capacity) }
    let base = unsafe pooled.value.base
    let room = pooled.value.capacity - MessageCompressor.prefixLength
    // SAFETY: the buffer is ours alone until it is lent below.
    let target = unsafe UnsafeMutableRawBufferPointer(start: base + MessageCompressor.prefixLength, count: room)
    let count = unsafe message.withBytes { bytes in unsafe compressor.value.compress(bytes, into: target) }
    guard let count, count < message.count else { return nil }
    unsafe base.storeBytes(of: 1, as: UInt8.self)  // the compressed-flag
    unsafe base.storeBytes(of: UInt32(count).bigEndian, toByteOffset: 1, as: UInt32.self)
    return BufferSlice(buffer: RawBuffer(lending: pooled), range: 0..<count + MessageCompressor.prefixLength)
  }
}
