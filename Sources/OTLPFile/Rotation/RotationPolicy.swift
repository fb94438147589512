internal import TelemetryCore

/// Decides when another file begins.
struct RotationPolicy {
  let maxSize: Int?
  let maxAge: Duration?

  init(_ configuration: OTLPFileConfiguration) {
    maxSize = configuration.maxFileSize
    maxAge = configuration.maxFileAge
  }

  /// - Parameters:
  ///   - size: The bytes of the file.
  ///   - line: The bytes of the line that is to be written.
  ///   - created: The file's creation; nanoseconds since 1970, as `now`.
  func isDue(size: Int, line: Int, created: UInt64, now: UInt64) -> Bool {
    // An empty file stays: a line that is larger than the limit has to stand somewhere.
    guard size > 0 else { return false }
    if let maxSize, size + line > maxSize { return true }
    guard let maxAge, now > created else { return false }
    return Duration.nanoseconds(Int64(clamping: now - created)) >= maxAge
  }
}
