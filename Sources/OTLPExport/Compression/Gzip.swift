internal import COTLPZlib
package import TelemetryCore

/// Compresses messages into the gzip format, each with a fresh context (5.1.12). Not thread-safe.
///
/// A compressor holds about 260 KiB of zlib's state. Reuse a compressor: a reset is cheaper than an allocation.
@safe
package final class GzipCompressor: Sendable {
  // SAFETY: allocated here, freed in deinit; not used by two threads at once (see above).
  nonisolated(unsafe) private let stream: UnsafeMutablePointer<z_stream>

  /// The approximate size of zlib's state.
  package static let bytes = 268 << 10

  // 15 bits of window; 16 selects gzip's header and trailer.
  private static let windowBits: Int32 = 15 + 16

  /// Makes a compressor of a level from 1 to 9.
  package init(level: Int) {
    unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let result = unsafe COTLPZlib_deflateInit2(stream, Int32(level), GzipCompressor.windowBits, 8)
    precondition(result == Z_OK, "zlib refuses level \(level), or has no memory")
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// The largest compressed size of `count` bytes.
  package func bound(_ count: Int) -> Int { unsafe Int(deflateBound(stream, UInt(count))) + 32 }

  /// Compresses `source` into `target`.
  /// - Returns: The number of bytes written; nil if `target` is too small.
  @unsafe
  package func compress(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
    // zlib counts in 32 bits; larger messages are refused before (maxRequestSize).
    guard source.count <= Int(UInt32.max), target.count > 0 else { return nil }
    unsafe deflateReset(stream)
    let input = unsafe source.bindMemory(to: UInt8.self)
    unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(mutating: input.baseAddress)
    unsafe stream.pointee.avail_in = UInt32(source.count)
    unsafe stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
    unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
    guard unsafe deflate(stream, Z_FINISH) == Z_STREAM_END else { return nil }
    return unsafe Int(stream.pointee.total_out)
  }
}

/// gzip for whole messages in memory.
package enum Gzip {
  /// Inflates `source`, which may consist of several gzip members, to at most `limit` bytes. Memory grows with the inflated
  /// bytes, so a small message that claims a large size costs nothing.
  @unsafe
  package static func inflate(_ source: UnsafeRawBufferPointer, limit: Int) throws(GzipError) -> [UInt8] {
    guard source.count <= Int(UInt32.max) else { throw .tooLarge }
    let limit = min(max(limit, 0), Int(UInt32.max) - 1)  // zlib counts in 32 bits; one byte more shows an excess
    let inflater = try GzipInflater()
    var output: [UInt8] = []
    var rest = unsafe source
    repeat {
      let count = output.count
      // A byte beyond the limit shows an excess.
      let room = min(GzipInflater.step, limit + 1 - count)
      let used = unsafe try inflater.inflate(rest, into: &output, room: room)
      if output.count > limit { throw .tooLarge }
      // Without progress the input is incomplete.
      if used == 0, output.count == count { throw .damaged }
      unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest.dropFirst(used))
    } while unsafe inflater.isWithinMember || !rest.isEmpty
    return output
  }

  /// Inflates the bytes of an array.
  package static func inflate(_ source: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
    let buffer = RawBuffer(source)
    return try unsafe inflate(buffer.bytes(0..<source.count), limit: limit)
  }

  /// Compresses the bytes of an array with a new compressor.
  package static func compress(_ source: [UInt8], level: Int = 6) -> [UInt8] {
    let compressor = GzipCompressor(level: level)
    let target = RawBuffer(capacity: compressor.bound(source.count))
    let input = RawBuffer(source)
    let count = unsafe compressor.compress(
      input.bytes(0..<source.count), into: UnsafeMutableRawBufferPointer(start: target.base, count: target.capacity))
    return BufferSlice(buffer: target, range: 0..<(count ?? 0)).array
  }
}
