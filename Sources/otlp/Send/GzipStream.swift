internal import COTLPZlib

/// Inflates a stream of gzip members piece by piece. Only one thread at a time may use it.
@safe
package final class GzipStream {
  package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    case damaged
    case cutShort

    package var description: String {
      switch self {
      case .damaged: "the gzip'd input is damaged"
      case .cutShort: "the gzip'd input is cut short"
      }
    }
  }

  // SAFETY: allocated in init, freed in deinit; used by one owner at a time.
  private nonisolated(unsafe) let stream: UnsafeMutablePointer<z_stream>
  private var isWithinMember = false
  private var hadMember = false

  package init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 16 selects gzip's header and trailer.
    let result = unsafe COTLPZlib_inflateInit2(stream, 15 + 16)
    precondition(result == Z_OK, "zlib has no memory")
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Passes the inflated bytes to `take` in pieces of at most 64 KiB.
  package func inflate(_ input: [UInt8], _ take: ([UInt8]) -> Void) throws(Failure) {
    var rest = input[...]
    while !rest.isEmpty {
      if !isWithinMember {
        // Zeros may pad the end of the file.
        if hadMember { rest = rest.drop { $0 == 0 } }
        guard !rest.isEmpty else { return }
        isWithinMember = true
      }
      let (output, used, status) = step(rest)
      rest = rest.dropFirst(used)
      if !output.isEmpty { take(output) }
      switch status {
      case Z_STREAM_END: try endMember()
      case Z_OK: break
      case Z_BUF_ERROR where rest.isEmpty: return
      default: throw .damaged
      }
    }
    // zlib may hold more output than fitted.
    while isWithinMember {
      let (output, _, status) = step([])
      if !output.isEmpty { take(output) }
      if status == Z_STREAM_END { try endMember() } else if output.isEmpty { return }
    }
  }

  private func endMember() throws(Failure) {
    isWithinMember = false
    hadMember = true
    guard unsafe inflateReset(stream) == Z_OK else { throw .damaged }
  }

  /// Ends the stream after the last piece.
  package func finish() throws(Failure) {
    if isWithinMember { throw .cutShort }
  }

  private func step(_ input: ArraySlice<UInt8>) -> (output: [UInt8], used: Int, status: Int32) {
    var output = [UInt8](repeating: 0, count: 1 << 16)
    let room = output.count
    return unsafe input.withUnsafeBufferPointer { source in
      unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(mutating: source.baseAddress)
      unsafe stream.pointee.avail_in = UInt32(clamping: source.count)
      let status = unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe stream.pointee.next_out = target.baseAddress
        unsafe stream.pointee.avail_out = UInt32(clamping: room)
        return unsafe COTLPZlib.inflate(stream, Z_NO_FLUSH)
      }
      let left = unsafe Int(stream.pointee.avail_in)
      let written = unsafe room - Int(stream.pointee.avail_out)
      return (Array(output.prefix(written)), source.count - left, status)
    }
  }
}
