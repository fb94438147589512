internal import OTLPWire
internal import TelemetryCore

/// The end of a file that doesn't end with a line break: a process was killed while it wrote, or the machine stopped.
enum TornLine {
  private static let block = 64 << 10

  /// The mending of a file.
  enum Remedy: Hashable {
    /// The bytes from this place on belong to a line of ours that never became whole; none of its items counted as exported.
    case cut(to: Int)
    /// The last line is whole, or isn't one of ours: it stays, and a line break ends it.
    case breakLine
  }

  /// - Parameters:
  ///   - size: The size of the file, above 0.
  ///   - read: Reads bytes at a place.
  /// - Returns: Nil if the file ends with a line break.
  static func remedy(size: Int, read: (_ offset: Int, _ count: Int) throws(SystemError) -> [UInt8]) throws(SystemError)
    -> Remedy?
  {
    guard try read(size - 1, 1) != [UInt8(ascii: "\n")] else { return nil }
    var end = size
    while end > 0 {
      let start = max(0, end - block)
      let bytes = try read(start, end - start)
      if let found = bytes.lastIndex(of: UInt8(ascii: "\n")) {
        return try remedy(lineStart: start + found + 1, size: size, read: read)
      }
      end = start
    }
    return try remedy(lineStart: 0, size: size, read: read)
  }

  private static func remedy(
    lineStart: Int, size: Int, read: (Int, Int) throws(SystemError) -> [UInt8]
  ) throws(SystemError) -> Remedy {
    let start = try read(lineStart, min(FilePrefix.longest, size - lineStart))
    let isOurs = FilePrefix.all.contains { $0.starts(with: start) || start.starts(with: $0) }
    guard isOurs || start.first == 0 else { return .breakLine }
    // After a power failure the end of a file can be zeros: its length reached the disk, its bytes did not. Other bytes between
    // zeros belong to a file of another kind. And a line that only lacks its break may be another program's: nothing is lost.
    var line = LineScan()
    var position = lineStart
    while position < size {
      let bytes = try read(position, min(block, size - position))
      // The file has become shorter meanwhile.
      guard !bytes.isEmpty else { break }
      line.take(bytes)
      position += bytes.count
    }
    return (isOurs ? line.isWhole : !line.isZeros) ? .breakLine : .cut(to: lineStart)
  }

  /// What the bytes of a line are, which may be longer than the memory has room for.
  private struct LineScan {
    private(set) var isZeros = true
    private var depth = 0
    private var isInString = false
    private var isEscape = false
    /// The end of the outermost object was the last byte but blanks.
    private(set) var isWhole = false

    mutating func take(_ bytes: [UInt8]) {
      for byte in bytes {
        if byte != 0 { isZeros = false }
        if isInString { takeInString(byte) } else { take(byte) }
      }
    }

    private mutating func takeInString(_ byte: UInt8) {
      if isEscape {
        isEscape = false
      } else if byte == UInt8(ascii: "\\") {
        isEscape = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
    }

    private mutating func take(_ byte: UInt8) {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): return
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      isWhole = depth == 0 && byte == UInt8(ascii: "}")
    }
  }
}
