internal import TelemetryCore
internal import TelemetrySDK

/// The output of lines. The methods block, and are called on blocking threads. Thread-safe.
protocol LineOutput: Sendable {
  /// Opens a file, to find out now if that is possible.
  func open() throws(FileFailure)

  /// Writes a line, in attempts that follow each other until one succeeds or the caller gives up.
  /// - Parameter deadline: The end of the attempt, by the system's clock.
  func write(_ line: FileLine, by deadline: Deadline) throws(FileFailure)

  /// Forces what was written to the disk, if it is in a file.
  func synchronize() throws(FileFailure)

  /// Closes a file that this object opened.
  func close()
}

extension OTLPFileConfiguration {
  /// The output for lines of a signal.
  func makeOutput(
    _ signal: OTLPSignal, _ diagnostics: Diagnostics, now: @escaping @Sendable () -> UInt64
  ) throws(OTLPFileError) -> any LineOutput {
    guard case .file(let path) = output.kind else {
      guard case .descriptor(let descriptor) = output.kind else { preconditionFailure("an output of another kind") }
      return StreamOutput.shared(descriptor)
    }
    switch try? FileSystem.status(of: path).kind {
    case .stream: return StreamOutput(path: path)
    case .folder: throw OTLPFileError(output.description, "it is a folder, not a file")
    case .regular, nil: return FileOutput(self, path: FileSystem.resolved(path) ?? path, signal, diagnostics, now: now)
    }
  }
}
