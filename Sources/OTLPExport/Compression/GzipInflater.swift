internal import COTLPZlib
package import TelemetryCore

/// Inflates a sequence of gzip members in steps. Not thread-safe.
@safe
package final class GzipInflater {
  // SAFETY: allocated in init, freed in deinit; used by one owner at a time.
  private nonisolated(unsafe) let stream: UnsafeMutablePointer<z_stream>
  private nonisolated(unsafe) let scratch: UnsafeMutableBufferPointer<UInt8>

  /// The most bytes that a step gives.
  static let step = 64 << 10

  /// True if a member has begun and not ended.
  package private(set) var isWithinMember = false

  /// Throws ``GzipError/damaged`` if zlib has no memory.
  package init() throws(GzipError) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    unsafe scratch = .allocate(capacity: Self.step)
    // 15 bits of window, and 16 for gzip's header and trailer instead of zlib's.
    guard unsafe COTLPZlib_inflateInit2(stream, 15 + 16) == Z_OK else { throw .damaged }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
    unsafe scratch.deallocate()
  }

  /// Inflates bytes up to the end of a member and appends at most `room` bytes to `output`.
  /// - Returns: The number of bytes of `source` that were read. Zero without new output means that the member needs more
  ///   bytes than `source` has.
  @unsafe
  package func inflate(
    _ source: UnsafeRawBufferPointer, into output: inout [UInt8], room: Int
  ) throws(GzipError) -> Int {
    let room = min(room, Self.step)
    unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(
      mutating: source.bindMemory(to: UInt8.self).baseAddress)
    unsafe stream.pointee.avail_in = UInt32(clamping: source.count)
    unsafe stream.pointee.next_out = unsafe scratch.baseAddress
    unsafe stream.pointee.avail_out = UInt32(clamping: room)
    let status = unsafe COTLPZlib.inflate(stream, Z_NO_FLUSH)
    unsafe output.append(contentsOf: scratch[..<(room - Int(stream.pointee.avail_out))])
    isWithinMember = status != Z_STREAM_END
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: unsafe inflateReset(stream)
    default: throw .damaged
    }
    return unsafe min(source.count, Int(UInt32.max)) - Int(stream.pointee.avail_in)
  }
}
