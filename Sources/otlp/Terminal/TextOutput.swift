internal import OTLPSystem
internal import TelemetryCore

/// An open file for text. Data goes to standard output, messages go to standard error.
package struct TextOutput: Sendable {
  package let descriptor: Int32

  package static let standard = TextOutput(descriptor: STDOUT_FILENO)
  package static let error = TextOutput(descriptor: STDERR_FILENO)

  package init(descriptor: Int32) { self.descriptor = descriptor }

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Writes all of `text`.
  /// - Returns: The error number (of a closed pipe, a full disk) or nil, and the number of bytes written.
  package func put(_ text: String) -> (error: Int32?, count: Int) {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while unsafe !rest.isEmpty {
        let count = unsafe OTLPSystem.write(descriptor, rest.baseAddress, rest.count)
        if count >= 0 {
          unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
          continue
        }
        switch errno {
        case EINTR: continue
        case EAGAIN: waitForRoom()  // Another process has made the file non-blocking.
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

  /// Writes a message and ignores errors.
  package func write(_ text: String) { _ = put(text) }

  /// Writes a message and a line break.
  package func line(_ text: String) { write(text + "\n") }

  /// Writes data.
  /// - Throws: A ``ToolError`` with the code ``ExitCode/loss`` if the file doesn't accept all bytes.
  package func deliver(_ text: String) throws(ToolError) {
    if let error = put(text).error { throw Self.undelivered(error) }
  }

  /// Closes the file. Some file systems report a full disk only then.
  package func close() throws(ToolError) {
    if OTLPSystem.close(descriptor) != 0, errno != EBADF { throw Self.undelivered(errno) }
  }

  private static func undelivered(_ error: Int32) -> ToolError {
    ToolError(.loss, "standard output: \(SystemError.text(of: error))")
  }
}
