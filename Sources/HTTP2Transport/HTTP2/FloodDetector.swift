internal import TelemetryCore

/// Decides whether a server floods a connection with bytes that advance no request: empty DATA, interim responses, PRIORITY,
/// WINDOW_UPDATE, PING, unknown frames, endless header blocks, TLS records without content. All of them cost the telemetry
/// thread time.
///
/// The detector counts the bytes between two steps of progress: a final response, the end of a stream, DATA of the client.
/// Each byte of a body offsets ``bodyWorth`` bytes, so that a body in frames of single bytes counts as a flood. The few
/// bytes of a quiet connection (PING, SETTINGS) are forgiven with time. The clock is read only when the count is suspicious.
struct FloodDetector {
  /// The number of bytes without progress that is suspicious. Twice that number within `window` is a flood. The second half
  /// exceeds the bytes of abandoned responses that can still arrive, which the client's window bounds to 65,535.
  static let suspicion = 80 << 10
  static let window = Duration.seconds(5)

  /// The header of a frame has 9 bytes, so frames with 4 bytes of a body or more never add up.
  static let bodyWorth: UInt64 = 4

  private var progress: UInt64 = 0
  private var bodyBytes: UInt64 = 0
  private var bytes = 0
  /// The instant at which the count became suspicious.
  private var since: MonotonicInstant?

  /// Bytes arrived.
  /// - Parameters:
  ///   - count: The number of bytes.
  ///   - progress: A number that changes when a request advances.
  ///   - bodyBytes: The number of all bytes of bodies since the beginning of the connection.
  /// - Returns: True if the count is suspicious, so that `isFlood` decides.
  mutating func bytesReceived(_ count: Int, progress: UInt64, bodyBytes: UInt64) -> Bool {
    let body = bodyBytes &- self.bodyBytes
    self.bodyBytes = bodyBytes
    if progress != self.progress {
      self.progress = progress
      bytes = 0
      since = nil
      return false
    }
    bytes = max(0, bytes &+ count &- Int(truncatingIfNeeded: body &* FloodDetector.bodyWorth))
    return bytes >= FloodDetector.suspicion
  }

  /// True if the suspicious bytes are a flood.
  mutating func isFlood(at now: MonotonicInstant) -> Bool {
    guard let since, now - since <= FloodDetector.window else {
      since = now
      bytes = FloodDetector.suspicion
      return false
    }
    return bytes >= 2 * FloodDetector.suspicion
  }
}
