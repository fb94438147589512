internal import OTLPWire
internal import TelemetryCore

/// The end of a file that doesn't end with a line break: a process was killed while it wrote, or the machine stopped.
enum TornLine {
  private static let block = 64 << 10

  /// The mending of a file.
  enum Remedy: Hashable {
    /// The bytes from this place on belong to a line of ours that never became whole; none of its items counted as exported.
    case cut(to: Int)
    /// The last line isn't one of ours: it stays, and a line break ends it.
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
    // After a power failure the end of a file can be zeros: its length reached the disk, its bytes did not.
    let isOurs = FilePrefix.all.contains { $0.starts(with: start) || start.starts(with: $0) } || start.first == 0
    return isOurs ? .cut(to: lineStart) : .breakLine
  }
}
