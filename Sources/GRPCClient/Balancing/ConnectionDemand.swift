internal import HTTP2Transport
internal import TelemetryCore

/// Whether one connection to a server is too few (5.6.13, gRFC A105): as long as calls wait for streams or for the
/// server's window, another is opened, up to a number. Where no more are allowed, that is said once.
struct ConnectionDemand {
  enum Verdict: Hashable {
    case none
    /// Open one more.
    case open
    /// Calls wait, and no more connections are allowed: say so.
    case report
  }

  // A burst now and then is nothing to complain about.
  private static let reportAfter = 20
  private static let reportWithin = Duration.seconds(10)

  private let maximum: Int
  private var backoff: Backoff
  private var count = 0
  private var countSince = MonotonicInstant(nanoseconds: .min)
  private(set) var isReported = false

  init(maximum: Int, backoff: BackoffConfiguration) {
    self.maximum = maximum
    self.backoff = Backoff(backoff)
  }

  /// Whether it matters that calls wait.
  var isCurious: Bool { maximum > 1 || !isReported }

  /// Calls wait, on so many connections.
  mutating func heldUp(_ limit: HTTP2Limit, connections: Int, at now: MonotonicInstant) -> Verdict {
    // A server that permits no stream at all pauses; another connection to it would pause too.
    guard limit != .streams(0) else { return .none }
    if connections < maximum {
      guard now >= backoff.notBefore else { return .none }
      _ = backoff.attemptStarts(at: now)
      return .open
    }
    guard !isReported else { return .none }
    if now - countSince > ConnectionDemand.reportWithin {
      count = 0
      countSince = now
    }
    count += 1
    isReported = count >= ConnectionDemand.reportAfter
    return isReported ? .report : .none
  }

  /// What was opened is there.
  mutating func connected() { backoff.connected() }
}
