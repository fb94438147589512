internal import TelemetryCore

/// Decides whether a server floods a connection: it sends and sends, and no call gets further by it. Whatever the frames
/// are (empty DATA, interim responses, PRIORITY, WINDOW_UPDATE, PING, frames of unknown types, endless header blocks, TLS
/// records without content), they cost the telemetry thread its time.
///
/// Counts bytes between two steps of progress: a final response, bytes of a body, the end of a stream, our own DATA. A
/// quiet connection gets a few bytes now and then (PING, SETTINGS); these are forgiven with time. The clock is looked at
/// twice for a flood, and never for the traffic of calls.
struct FloodWatch {
  /// So many bytes without progress are suspicious, and twice as many within `window` of that a flood. The second half
  /// exceeds what can be under way of responses that nobody waits for any more: 65,535 bytes by our window.
  static let suspicion = 80 << 10
  static let window = Duration.seconds(5)

  private var progress: UInt64 = 0
  private var bytes = 0
  /// When the count had become suspicious.
  private var since: MonotonicInstant?

  /// So many bytes arrived. True if `isFlood` is to be asked.
  /// - Parameter progress: Another number than before if a call got further.
  mutating func received(_ count: Int, progress: UInt64) -> Bool {
    if progress != self.progress {
      self.progress = progress
      bytes = 0
      since = nil
      return false
    }
    bytes &+= count
    return bytes >= FloodWatch.suspicion
  }

  /// Whether what was counted is a flood.
  mutating func isFlood(at now: MonotonicInstant) -> Bool {
    guard let since, now - since <= FloodWatch.window else {
      since = now
      bytes = FloodWatch.suspicion
      return false
    }
    return bytes >= 2 * FloodWatch.suspicion
  }
}
