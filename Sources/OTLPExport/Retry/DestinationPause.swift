package import TelemetryCore

/// A server's wish not to be called for a while, which holds every call to it (1.5.9).
package struct DestinationPause: Sendable {
  /// A wish for more is cut: a server that asks for years would otherwise end telemetry for the life of the process.
  package static let longest = Duration.seconds(600)

  private var end: MonotonicInstant?

  package init() {}

  /// The server asked at `now` for a pause of `duration`; the longer of two pauses holds.
  package mutating func extend(by duration: Duration, now: MonotonicInstant) {
    let wished = now + min(duration, DestinationPause.longest)
    end = max(end ?? wished, wished)
  }

  /// When the server may be called again; nil if it may be called at `now`.
  package func end(at now: MonotonicInstant) -> MonotonicInstant? {
    guard let end, end > now else { return nil }
    return end
  }
}
