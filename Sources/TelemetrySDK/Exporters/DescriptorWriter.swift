internal import OTLPSystem
package import TelemetryCore

/// Writes to descriptors that may be slow to take bytes.
package enum DescriptorWriter {
  /// Writes all of `text`, and blocks until then.
  /// - Throws: `ETIMEDOUT` if the descriptor isn't writable by `deadline`, or the error of the system call.
  static func write(_ text: String, to descriptor: Int32, by deadline: Deadline) throws(SystemError) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      try awaitWritable(descriptor, by: deadline)
      // A writable pipe takes 4096 bytes at once, so `write` never blocks, even on a blocking descriptor.
      let end = min(bytes.count, done + 4096)
      let count = unsafe bytes[done..<end].withUnsafeBytes { piece in
        unsafe OTLPSystem.write(descriptor, piece.baseAddress, piece.count)
      }
      if count > 0 {
        done += count
      } else if count < 0, errno != EINTR, errno != EAGAIN {
        throw SystemError(call: "write", code: errno)
      }
    }
  }

  /// Waits until a descriptor takes bytes, until `deadline` of the system's clock.
  /// - Throws: `ETIMEDOUT`, or the error of the system call.
  package static func awaitWritable(_ descriptor: Int32, by deadline: Deadline) throws(SystemError) {
    while true {
      // Rounded up, so that the loop doesn't spin at the end. `poll` waits for at most 24 days at a time.
      let milliseconds = deadline.nanosecondsLeft(at: .system) / 1_000_000 + 1
      var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let count = unsafe poll(&request, 1, Int32(clamping: milliseconds))
      if count > 0 { return }
      if count < 0, errno != EINTR { throw SystemError(call: "poll", code: errno) }
      if deadline.hasPassed(at: .system) { throw SystemError(call: "write", code: ETIMEDOUT) }
    }
  }
}
