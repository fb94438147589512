internal import HTTP2Transport
internal import TelemetryCore

/// Decides when a server gets another connection: while calls wait for a stream or for the flow-control window, up to
/// a maximum (RULES 5.6.13). At the maximum the limit is reported once.
struct ConnectionScaling {
  enum Decision: Hashable {
    case none
    /// Open another connection.
    case connect
    /// Report that calls wait and that no more connections are allowed.
    case report
  }

  // A burst now and then is no reason for a report.
  private static let reportCount = 20
  private static let reportInterval = Duration.seconds(10)

  private let maxConnections: Int
  private var backoff: ConnectionBackoff
  /// Inputs at the maximum of connections since `countStart`.
  private var count = 0
  private var countStart = MonotonicInstant.distantPast
  private(set) var isReported = false

  init(maxConnections: Int, backoff: ConnectionBackoff.Configuration) {
    self.maxConnections = maxConnections
    self.backoff = ConnectionBackoff(backoff)
  }

  /// If true, `noStreamAvailable` may return a decision other than `none`.
  var isActive: Bool { maxConnections > 1 || !isReported }

  /// Calls wait for `limit` on every connection.
  mutating func noStreamAvailable(_ limit: HTTP2Limit, connections: Int, at now: MonotonicInstant) -> Decision {
    // A server that permits no streams here would permit none on another connection either.
    guard limit != .streams(0) else { return .none }
    if connections < maxConnections {
      guard now >= backoff.notBefore else { return .none }
      _ = backoff.attemptStarted(at: now)
      return .connect
    }
    guard !isReported else { return .none }
    if now - countStart > ConnectionScaling.reportInterval {
      count = 0
      countStart = now
    }
    count += 1
    isReported = count >= ConnectionScaling.reportCount
    return isReported ? .report : .none
  }

  mutating func connectSucceeded() { backoff.reset() }
}
