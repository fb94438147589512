package import TelemetryCore

/// Compresses gRPC messages. Thread-safe; compressors and buffers are pooled.
package final class MessageCompressor: Sendable {
  /// The largest message that is compressed on the event loop, which takes some milliseconds.
  package static let largestOnLoop = 1 << 20
  private static let largestPooled = 2 << 20
  private static let prefixLength = 5

  private let compressors: ObjectPool<GzipCompressor>
  private let buffers: ObjectPool<RawBuffer>

  /// - Parameter level: 1 to 9.
  package init(level: Int) {
    compressors = ObjectPool(
      capacity: 2, factory: { GzipCompressor(level: level) }, size: { _ in GzipCompressor.bytes })
    buffers = ObjectPool(
      capacity: 4, factory: { RawBuffer(capacity: 64 << 10) },
      reset: { $0.capacity <= MessageCompressor.largestPooled }, size: { $0.capacity })
  }

  /// Counts the idle compressors and buffers in `budget`.
  package func share(_ budget: ByteBudget) {
    compressors.share(budget)
    buffers.share(budget)
  }

  /// The statistics of the buffers' pool.
  package var bufferStatistics: ObjectPool<RawBuffer>.Statistics { buffers.statistics }

  /// - Returns: The compressed message with gRPC's prefix; nil if compression doesn't make `message` smaller.
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
