package import HTTP2Transport

extension Transport {
  /// Writes one buffer, or a part of it.
  package func write(_ bytes: UnsafeRawBufferPointer) -> IOResult {
    guard let start = bytes.baseAddress else { return .bytes(0) }
    let slice = unsafe IOSlice(start: start, count: bytes.count)
    return unsafe withUnsafePointer(to: slice) { unsafe write(UnsafeBufferPointer(start: $0, count: 1)) }
  }
}
