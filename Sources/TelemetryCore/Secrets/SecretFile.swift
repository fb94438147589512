internal import OTLPSystem

/// Reads a small file, or a pipe such as a shell's `<(command)`, whole into memory that is overwritten after use.
package enum SecretFile {
  /// The reason why a file can't be read.
  package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    case system(Int32)
    case hasNUL
    case noFile
    case tooLarge(limit: Int)
    case grew
    case unfinishedPipe(Duration)
    case emptyPipe

    /// The rest of a sentence that begins with the file's name.
    package var description: String {
      switch self {
      case .system(let code): "can't be read: \(SystemError.text(of: code))"
      case .hasNUL: "can't be read: a path holds no NUL"
      case .noFile: "is a device or a socket; only a file or a pipe can be read"
      case .tooLarge(let limit):
        limit < 1 << 20 ? "is larger than \(limit) bytes" : "is larger than \(limit >> 20) MiB"
      case .grew: "grew while it was read"
      case .emptyPipe: "is a pipe with nothing in it; what was read once is gone"
      case .unfinishedPipe(let patience):
        "is a pipe whose writer didn't end within \(patience.components.seconds) s"
      }
    }
  }

  /// Reads the file at `path`. Blocks: for a pipe at most for `patience`.
  package static func read(
    _ path: String, limit: Int, patience: Duration = .seconds(10)
  ) throws(Failure) -> SecretBytes {
    guard !path.utf8.contains(0) else { throw .hasNUL }
    // Nonblocking: the other end of a pipe may never be opened.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { throw .system(errno) }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw .system(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return try regular(file, Int(clamping: status.st_size), limit)
    case S_IFIFO: return try pipe(file, limit, patience)
    case S_IFDIR: throw .system(EISDIR)
    default: throw .noFile
    }
  }

  private static func regular(_ file: Int32, _ size: Int, _ limit: Int) throws(Failure) -> SecretBytes {
    guard size <= limit else { throw .tooLarge(limit: limit) }
    // A capacity of one byte more than the file's size shows that the file grew. A file of size 0, as in /proc, may still have bytes.
    let capacity = size > 0 ? size + 1 : limit + 1
    let contents = try unsafe SecretBytes(capacity: capacity) { memory throws(Failure) in
      var count = 0
      while count < memory.count {
        let got = unsafe piece(file, memory, count)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw .system(errno) }
        guard got > 0 else { break }
        count += got
      }
      return count
    }
    guard contents.count < capacity else { throw size > 0 ? .grew : .tooLarge(limit: limit) }
    return contents
  }

  private static func pipe(_ file: Int32, _ limit: Int, _ patience: Duration) throws(Failure) -> SecretBytes {
    let end = MonotonicInstant.system + patience
    let contents = try unsafe SecretBytes(capacity: limit + 1) { memory throws(Failure) in
      var count = 0
      var isOver = false
      while count < memory.count {
        let got = unsafe piece(file, memory, count)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 || errno == EAGAIN else { throw .system(errno) }
        // An empty read may also mean that the other end isn't open yet.
        if got == 0, count > 0 || isOver { break }
        count += max(0, got)
        if got <= 0 {
          guard let events = wait(for: file, until: end) else { throw .unfinishedPipe(patience) }
          isOver = events & Int16(POLLIN) == 0
        }
      }
      return count
    }
    guard contents.count <= limit else { throw .tooLarge(limit: limit) }
    guard contents.count > 0 else { throw .emptyPipe }
    return contents
  }

  /// Waits until the pipe has bytes or all writers have ended.
  /// - Returns: The events of `poll`; nil if `end` passes first.
  private static func wait(for file: Int32, until end: MonotonicInstant) -> Int16? {
    while true {
      let left = end - MonotonicInstant.system
      guard left > .zero else { return nil }
      var request = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
      let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
      if unsafe poll(&request, 1, Int32(clamping: milliseconds)) > 0 { return request.revents }
    }
  }

  private static func piece(_ file: Int32, _ memory: UnsafeMutableRawBufferPointer, _ from: Int) -> Int {
    guard let start = memory.baseAddress else { return 0 }
    return unsafe OTLPSystem.read(file, start + from, memory.count - from)
  }
}
