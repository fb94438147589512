import Glibc
import TelemetryCore

/// Writes a line at once, to standard output or another descriptor.
func printLine(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
  let bytes = Array((line + "\n").utf8)
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { exit(1) }
    written += count
  }
}

/// Seconds of the system's monotonic clock.
func seconds() -> Double { Double(MonotonicInstant.system.nanoseconds) / 1e9 }
