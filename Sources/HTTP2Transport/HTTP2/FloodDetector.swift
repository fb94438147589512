internal import TelemetryCore

/// Decides whether a server floods a connection: it sends and sends, and no call gets further by it. Whatever the frames
/// are (empty DATA, interim responses, PRIORITY, WINDOW_UPDATE, PING, frames of unknown types, endless header blocks, TLS
/// records without content), they cost the telemetry thread its time.
///
/// Counts bytes between two steps of progress: a final response, the end of a stream, our own DATA. Bytes of a body make
/// up for ``bodyWorth`` bytes each, so that a body in frames of single bytes is a flood, too. A quiet connection gets a few bytes now and then (PING, SETTINGS); these are forgiven with time. The clock is looked at
/// twice for a flood, and never for the traffic of calls.
struct FloodDetector {
  /// So many bytes without progress are suspicious, and twice as many within `window` of that a flood. The second half
  /// exceeds what can be under way of responses that nobody waits for any more: 65,535 bytes by our window.
  static let suspicion = 80 << 10
  static let window = Duration.seconds(5)

  /// A frame's header has 9 bytes: frames with 4 bytes of a body or more never add up.
  static let bodyWorth: UInt64 = 4

  private var progress: UInt64 = 0
  private var bodyBytes: UInt64 = 0
  private var bytes = 0
  /// When the count had become suspicious.
  private var since: MonotonicInstant?

  /// So many bytes arrived. True if `isFlood` is to be asked.
  /// - Parameters:
  ///   - progress: Another number than before if a call got further.
  ///   - bodyBytes: How many bytes of bodies have come since the beginning.
  mutating func received(_ count: Int, progress: UInt64, bodyBytes: UInt64) -> Bool {
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

  /// Whether what was counted is a flood.
  mutating func isFlood(at now: MonotonicInstant) -> Bool {
    guard let since, now - since <= FloodDetector.window else {
      since = now
      bytes = FloodDetector.suspicion
      return false
    }
    return bytes >= 2 * FloodDetector.suspicion
  }
}
