internal import OTLPSystem
internal import TelemetryCore

/// Reads an open file in pieces.
package struct ByteSource {
  package enum Piece: Hashable, Sendable {
    case bytes([UInt8])
    case end
    /// The error number of `read`.
    case failed(Int32)
  }

  private let descriptor: Int32
  private let size: Int

  /// Opens a file; `-` is standard input.
  init(path: String) throws(SystemError) {
    let descriptor = unsafe path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(call: "open", code: errno) }
    self.init(descriptor: descriptor)
  }

  package init(descriptor: Int32, pieceSize: Int = 1 << 16) {
    self.descriptor = descriptor
    size = pieceSize
  }

  /// Reads the available bytes, and blocks until there are any.
  package mutating func next() -> Piece {
    var bytes = [UInt8](repeating: 0, count: size)
    while true {
      let count = unsafe read(descriptor, &bytes, size)
      if count > 0 { return .bytes(Array(bytes.prefix(count))) }
      if count == 0 { return .end }
      switch errno {
      case EINTR: continue
      case EAGAIN: waitForBytes()
      case let error: return .failed(error)
      }
    }
  }

  private func waitForBytes() {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&entry, 1, -1)
  }
}
