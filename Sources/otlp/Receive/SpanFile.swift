internal import OTLPWire
package import TelemetrySDK

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file that gets a line of OTLP JSON for each request. Not for two threads at once.
///
/// A line is handed to the system before the request is answered: what was acknowledged survives the end of the process.
/// It is forced to the disk only at the end, since to do so for each request would take milliseconds each time; so a
/// machine that loses its power may lose the last seconds.
package struct SpanFile: Sendable {
  /// How people know it.
  package let name: String
  private let output: TextOutput

  /// Opens a file to append to; `-` is standard output.
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

  /// Appends a line; why it can't be written. A part of a line that was written is taken back where that is possible.
  package func append(_ spans: [SpanData]) -> String? {
    let size = size
    let (error, count) = output.put(OTLPJSON.encode(spans) + "\n")
    guard let error else { return nil }
    if count > 0, let size { _ = ftruncate(output.descriptor, size) }
    return SystemError.text(of: error)
  }

  /// Forces what was written to the disk; why that failed.
  package func finish() -> String? {
    // Pipes and terminals have nothing to be forced.
    if fsync(output.descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == EBADF { return nil }
    return SystemError.text(of: errno)
  }

  /// The size of a regular file; nil for anything else.
  private var size: off_t? {
    var status = stat()
    guard unsafe fstat(output.descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return status.st_size
  }
}
