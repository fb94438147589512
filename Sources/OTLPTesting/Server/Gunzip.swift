internal import CZlib

/// Inflates a gzip message, within a bound.
enum Gunzip {
  enum Failure: Error {
    case damaged
    case tooLarge
  }

  static func inflate(_ bytes: ArraySlice<UInt8>, limit: Int) throws(Failure) -> [UInt8] {
    var stream = unsafe z_stream()
    guard unsafe CZlib_inflateInit2(&stream, 15 + 16) == Z_OK else { throw .damaged }
    defer { unsafe inflateEnd(&stream) }
    var input = Array(bytes)
    var output: [UInt8] = []
    let code = unsafe input.withUnsafeMutableBufferPointer { buffer in
      unsafe stream.next_in = buffer.baseAddress
      unsafe stream.avail_in = UInt32(buffer.count)
      return unsafe inflateAll(&stream, into: &output, limit: limit)
    }
    if output.count > limit { throw .tooLarge }
    guard code == Z_STREAM_END else { throw .damaged }
    return output
  }

  /// Stops one byte past the limit at the latest chunk.
  private static func inflateAll(_ stream: inout z_stream, into output: inout [UInt8], limit: Int) -> Int32 {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let (code, count) = unsafe chunk.withUnsafeMutableBufferPointer { buffer -> (Int32, Int) in
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(buffer.count)
        let code = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
        return (code, buffer.count - Int(unsafe stream.avail_out))
      }
      output += chunk[..<count]
      guard code == Z_OK, output.count <= limit, count > 0 else { return code }
    }
  }
}
