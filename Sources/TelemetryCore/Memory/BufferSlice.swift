/// A readable range of a `RawBuffer`.
package struct BufferSlice: Sendable {
  package var buffer: RawBuffer
  package var range: Range<Int>

  package init(buffer: RawBuffer, range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= buffer.capacity)
    self.buffer = buffer
    self.range = range
  }

  /// Copies `bytes` into a new buffer.
  package init(_ bytes: [UInt8]) {
    self.init(buffer: RawBuffer(bytes), range: 0..<bytes.count)
  }

  package var count: Int { range.count }

  /// A copy of the bytes.
  package var array: [UInt8] { unsafe Array(buffer.bytes(range)) }

  /// Calls `body` with the bytes, which are valid until `body` returns.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(buffer.bytes(range))
  }
}
