internal import OTLPSystem
internal import TelemetryCore
internal import TelemetrySDK

/// A regular file that is open for appending. The caller holds its lock, but for `open`.
struct OpenFile: Sendable {
  let descriptor: Int32
  /// The process that opened the file: in a forked child the number may belong to another file.
  private let generation = Fork.generation
  /// The file's creation in nanoseconds since 1970.
  let created: UInt64
  private(set) var size = 0
  /// The file's first line is known: one of the signal's.
  private var hasKnownLine = false
  /// The size after this process's last line; nil before. While it stays, the file ends with a whole line.
  private var expectedSize: Int?

  private init(descriptor: Int32, created: UInt64) {
    self.descriptor = descriptor
    self.created = created
  }

  /// Opens a file or makes it.
  static func open(_ path: String, permissions: UInt16, now: UInt64) throws(SystemError) -> (OpenFile, isNew: Bool) {
    let flags = O_RDWR | O_APPEND
    let (descriptor, isNew): (Int32, Bool)
    do throws(SystemError) {
      (descriptor, isNew) = (try FileSystem.open(path, flags, permissions: permissions), false)
    } catch {
      guard error.code == ENOENT else { throw error }
      (descriptor, isNew) = (try FileSystem.open(path, flags | O_CREAT, permissions: permissions), true)
    }
    let created = FileSystem.creation(of: descriptor) ?? now
    return (OpenFile(descriptor: descriptor, created: created), isNew)
  }

  /// False in a child of the process that opened the file.
  var isOpen: Bool { generation == Fork.generation }

  func close() {
    if isOpen { ForkedDescriptors.close(descriptor) }
  }

  /// The signal of the file's lines if it is another. The first line of an empty file may come from another exporter later, so
  /// the question is to be repeated; it takes no system call while this process alone writes to the file.
  mutating func otherSignal(_ signal: OTLPSignal) throws(SystemError) -> OTLPSignal? {
    if hasKnownLine { return nil }
    let start = try FileSystem.read(descriptor, at: 0, count: FilePrefix.longest)
    let other = FilePrefix.signal(of: start).flatMap { $0 == signal ? nil : $0 }
    hasKnownLine = other == nil && !start.isEmpty
    return other
  }

  /// False if the path leads to another file by now, or to none.
  func isPath(_ path: String) throws(SystemError) -> Bool {
    do throws(SystemError) {
      return try FileSystem.status(of: path).isSame(as: FileSystem.status(of: descriptor))
    } catch {
      if error.code == ENOENT { return false }
      throw error
    }
  }

  /// Reads the size, and mends a torn line at the end.
  mutating func mend() throws(SystemError) -> TornLine.Remedy? {
    size = try FileSystem.status(of: descriptor).size
    guard size != expectedSize else { return nil }
    // The file may have been emptied, as by a rotation that copies and truncates, and may have another first line.
    hasKnownLine = false
    guard size > 0 else { return nil }
    let remedy = try TornLine.remedy(size: size) { (offset, count) throws(SystemError) in
      try FileSystem.read(descriptor, at: offset, count: count)
    }
    guard let remedy else { return nil }
    if case .cut(let length) = remedy {
      do throws(SystemError) {
        try FileSystem.cut(descriptor, to: length)
        size = length
        return remedy
      } catch {
        // A file that can only be appended to keeps its torn line, which readers report and skip.
      }
    }
    var done = 0
    try writeAll(BufferSlice([UInt8(ascii: "\n")]), &done)
    size += 1
    return .breakLine
  }

  /// Writes whole lines, or nothing.
  mutating func append(_ text: BufferSlice, isForced: Bool) throws(SystemError) {
    var done = 0
    do throws(SystemError) {
      try writeAll(text, &done)
      if isForced { try FileSystem.synchronize(descriptor) }
      size += done
      expectedSize = size
    } catch {
      if done > 0 { takeBack(done) }
      expectedSize = nil
      throw error
    }
  }

  private func writeAll(_ text: BufferSlice, _ done: inout Int) throws(SystemError) {
    while done < text.count {
      let start = done
      let count = try unsafe text.withBytes { (bytes) throws(SystemError) in
        unsafe try FileSystem.write(UnsafeRawBufferPointer(rebasing: bytes[start...]), to: descriptor)
      }
      // The system says nothing of the reason when it takes no byte; the disk is the only one known.
      guard count > 0 else { throw SystemError(call: "write", code: ENOSPC) }
      done += count
    }
  }

  /// Removes the written bytes of a line, unless a program that knows no lock has written behind them. If that is impossible, the
  /// next line finds the torn one and mends it.
  private func takeBack(_ count: Int) {
    guard let now = try? FileSystem.status(of: descriptor), now.size == size + count else { return }
    try? FileSystem.cut(descriptor, to: size)
  }
}
