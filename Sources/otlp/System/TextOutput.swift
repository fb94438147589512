internal import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// An open file that text is written to. Data goes to standard output, talk to standard error.
package struct TextOutput: Sendable {
  package let descriptor: Int32

  package static let standard = TextOutput(descriptor: STDOUT_FILENO)
  package static let error = TextOutput(descriptor: STDERR_FILENO)

  package init(descriptor: Int32) { self.descriptor = descriptor }

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Writes all of `text`.
  /// - Returns: The error number if the file doesn't take it (a closed pipe, a full disk), and how much it took.
  package func put(_ text: String) -> (error: Int32?, count: Int) {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while unsafe !rest.isEmpty {
        let count = unsafe writeSome(descriptor, rest)
        if count >= 0 {
          unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
          continue
        }
        switch errno {
        case EINTR: continue
        case EAGAIN: waitForRoom()  // another process has made the file non-blocking
        case let error: return (error, bytes.count - rest.count)
        }
      }
      return (nil, bytes.count)
    }
  }

  private func waitForRoom() {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&entry, 1, -1)
  }

  /// Writes talk: where it can't be written, nobody can be told.
  package func write(_ text: String) { _ = put(text) }

  /// The same with a line break.
  package func line(_ text: String) { write(text + "\n") }

  /// Writes data that was asked for.
  /// - Throws: ``ToolError`` of the code ``ExitCode/loss`` if the file doesn't take it.
  package func deliver(_ text: String) throws(ToolError) {
    if let error = put(text).error { throw Self.undelivered(error) }
  }

  /// Closes the file, which is where some file systems say that they have no room.
  package func close() throws(ToolError) {
    if closeFile(descriptor) != 0, errno != EBADF { throw Self.undelivered(errno) }
  }

  private static func undelivered(_ error: Int32) -> ToolError {
    ToolError(.loss, "standard output: \(SystemError.text(of: error))")
  }
}

// Outside of the struct, whose own functions hide the C library's.
private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  unsafe write(descriptor, bytes.baseAddress, bytes.count)
}

private func closeFile(_ descriptor: Int32) -> Int32 { close(descriptor) }
