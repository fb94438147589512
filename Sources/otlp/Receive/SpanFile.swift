internal import OTLPWire
package import TelemetrySDK

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file with a line of OTLP JSON for each request. Not thread-safe.
///
/// A line is written before the request is answered, so acknowledged spans survive the end of the process. The file is
/// forced to disk only at the end, because that takes milliseconds: a power failure can lose the last seconds.
package struct SpanFile: Sendable {
  /// The name for messages.
  package let name: String
  private let output: TextOutput

  /// Opens a file for appending; `-` is standard output.
  package init(_ path: String) throws(ToolError) {
    guard path != "-" else {
      (name, output) = ("standard output", .standard)
      return
    }
    name = Redaction.shown(path)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw ToolError(.configuration, "--output: \(Redaction.shown(path)): \(SystemError.text(of: errno))")
    }
    output = TextOutput(descriptor: descriptor)
  }

  /// Appends a line. Removes an incomplete line from a regular file.
  /// - Returns: The error; nil if the line was written.
  package func append(_ spans: [SpanData]) -> String? {
    let size = size
    let (error, count) = output.put(OTLPJSON.encode(spans) + "\n")
    guard let error else { return nil }
    if count > 0, let size { _ = ftruncate(output.descriptor, size) }
    return SystemError.text(of: error)
  }

  /// Forces the file to disk.
  /// - Returns: The error; nil after a success.
  package func finish() -> String? {
    // Pipes and terminals return an error.
    if fsync(output.descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == EBADF { return nil }
    return SystemError.text(of: errno)
  }

  /// The size of a regular file; nil for other files.
  private var size: off_t? {
    var status = stat()
    guard unsafe fstat(output.descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return status.st_size
  }
}
