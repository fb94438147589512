internal import COTLPSystem
internal import OTLPSystem
internal import TelemetryCore

/// The system calls of this target. They repeat a call that a signal interrupted.
enum FileSystem {
  enum Kind {
    case regular
    case folder
    /// A pipe, a FIFO, a terminal or another device, or a socket.
    case stream
  }

  struct Status {
    let kind: Kind
    let device: UInt64
    let number: UInt64
    let size: Int

    func isSame(as other: Status) -> Bool { device == other.device && number == other.number }

    fileprivate init(_ status: stat) {
      kind =
        switch status.st_mode & S_IFMT {
        case S_IFREG: .regular
        case S_IFDIR: .folder
        default: .stream
        }
      device = UInt64(truncatingIfNeeded: status.st_dev)
      number = UInt64(status.st_ino)
      size = Int(status.st_size)
    }
  }

  static func status(of path: String) throws(SystemError) -> Status {
    var status = stat()
    try check("stat") { unsafe stat(path, &status) }
    return Status(status)
  }

  static func status(of descriptor: Int32) throws(SystemError) -> Status {
    var status = stat()
    try check("fstat") { unsafe fstat(descriptor, &status) }
    return Status(status)
  }

  /// The time of the file's creation, in nanoseconds since 1970; nil if the file system doesn't keep it.
  static func creation(of descriptor: Int32) -> UInt64? {
    let time = COTLPSystem_birth_nanoseconds(descriptor)
    return time > 0 ? UInt64(time) : nil
  }

  /// Opens a file. A forked child closes it before any other work.
  static func open(_ path: String, _ flags: Int32, permissions: UInt16) throws(SystemError) -> Int32 {
    let result = try check("open") {
      unsafe OTLPSystem.open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode_t(permissions))
    }
    // The file is open before the lock on the list is taken: the disk may take its time.
    let descriptor = ForkedDescriptors.open { result }
    guard descriptor >= 0 else { throw SystemError(call: "open", code: -descriptor) }
    return descriptor
  }

  /// Takes the file's lock, which other processes and exporters respect; waits for it until `deadline` of the system's clock.
  static func lock(_ descriptor: Int32, by deadline: Deadline) throws(SystemError) {
    var pause: UInt32 = 500
    while true {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError(call: "flock", code: errno) }
      if deadline.hasPassed(at: .system) { throw SystemError(call: "flock", code: ETIMEDOUT) }
      // A lock is held for the time of a write. `flock` can't wait with a limit.
      usleep(pause)
      pause = min(pause * 2, 20_000)
    }
  }

  static func unlock(_ descriptor: Int32) { _ = flock(descriptor, LOCK_UN) }

  /// Writes as many bytes as the file takes now.
  @unsafe
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) -> Int {
    while true {
      let count = unsafe OTLPSystem.write(descriptor, bytes.baseAddress, bytes.count)
      if count >= 0 { return count }
      if errno != EINTR { throw SystemError(call: "write", code: errno) }
    }
  }

  /// The bytes at a place, fewer at the end of the file.
  static func read(_ descriptor: Int32, at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let more = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(descriptor, buffer.baseAddress.map { unsafe $0 + done }, count - done, off_t(offset + done))
      }
      if more == 0 { break }
      if more > 0 { done += more } else if errno != EINTR { throw SystemError(call: "pread", code: errno) }
    }
    return Array(bytes.prefix(done))
  }

  static func cut(_ descriptor: Int32, to size: Int) throws(SystemError) {
    try check("ftruncate") { ftruncate(descriptor, off_t(size)) }
  }

  /// Removes the bytes that this process has written last to a descriptor of a regular file.
  /// - Returns: False if that isn't possible: it is no file, or another process has written behind them.
  static func takeBack(_ count: Int, from descriptor: Int32) -> Bool {
    guard let status = try? status(of: descriptor), status.kind == .regular, status.size >= count,
      lseek(descriptor, 0, SEEK_CUR) == off_t(status.size), (try? cut(descriptor, to: status.size - count)) != nil
    else { return false }
    return lseek(descriptor, off_t(status.size - count), SEEK_SET) >= 0
  }

  static func synchronize(_ descriptor: Int32) throws(SystemError) {
    #if canImport(Darwin)
      try check("fsync") { fsync(descriptor) }
    #else
      try check("fdatasync") { fdatasync(descriptor) }
    #endif
  }

  /// Forces the names of a folder's files to the disk.
  static func synchronizeFolder(_ path: String) throws(SystemError) {
    let descriptor = try check("open") { unsafe OTLPSystem.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { _ = close(descriptor) }
    // Some file systems have nothing to do here, and say EINVAL.
    if fsync(descriptor) != 0, errno != EINVAL { throw SystemError(call: "fsync", code: errno) }
  }

  static func rename(_ path: String, to other: String) throws(SystemError) {
    try check("rename") { unsafe OTLPSystem.rename(path, other) }
  }

  static func remove(_ path: String) throws(SystemError) { try check("unlink") { unsafe unlink(path) } }

  /// The names in a folder.
  static func names(in folder: String) throws(SystemError) -> [String] {
    guard let stream = unsafe opendir(folder) else { throw SystemError(call: "opendir", code: errno) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      names.append(name)
    }
    return names
  }

  /// The path without symbolic links; nil if there is no such file and no link to one that may be made.
  static func resolved(_ path: String, links: Int = 40) -> String? {
    if let text = unsafe realpath(path, nil) {
      defer { unsafe free(text) }
      return unsafe String(cString: text)
    }
    // The folder of the file that will be made is the one of its successors.
    guard errno == ENOENT, links > 0, let target = target(of: path) else { return nil }
    let file = target.hasPrefix("/") ? target : RotatedName(path).folder + target
    return resolved(file, links: links - 1) ?? file
  }

  /// What a symbolic link leads to; nil for another file.
  private static func target(of path: String) -> String? {
    let most = Int(PATH_MAX)
    var bytes = [CChar](repeating: 0, count: most)
    let count = unsafe readlink(path, &bytes, most)
    return count > 0 ? String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }

  /// The path of the working directory; nil if it was removed.
  static var workingDirectory: String? {
    guard let text = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }

  @discardableResult
  private static func check(_ call: String, _ body: () -> Int32) throws(SystemError) -> Int32 {
    while true {
      let result = body()
      if result >= 0 { return result }
      if errno != EINTR { throw SystemError(call: call, code: errno) }
    }
  }
}
