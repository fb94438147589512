internal import TelemetryCore

/// The pace of the attempts while the output takes nothing, and what is said of it. Pure.
///
/// ```
///            failed                      failed: the pause grows
///   writing ────────▶ outage, a pause ───────────────────┐
///      ▲                    │  ▲                         │
///      └──────── written ───┘  └─────────────────────────┘
/// ```
struct FileOutage {
  enum Report: Hashable {
    case began(OTLPFileError)
    case continues(OTLPFileError)
    case ended(after: Duration)
  }

  // A disk that has room again, or a reader that is back, gets its first line within this time.
  private static let longestPause = Duration.seconds(4)

  private let firstPause: Duration
  private var pause: Duration
  private var since: MonotonicInstant?
  /// The time of the next attempt; nil while there is no outage.
  private(set) var nextAttempt: MonotonicInstant?
  /// The last failure of this outage.
  private(set) var failure: OTLPFileError?

  init(firstPause: Duration = .milliseconds(100)) {
    self.firstPause = firstPause
    pause = firstPause
  }

  mutating func failed(_ error: OTLPFileError, at now: MonotonicInstant) -> Report {
    nextAttempt = now + pause
    pause = min(pause * 2, Self.longestPause)
    let isSame = failure == error
    failure = error
    if since == nil { since = now }
    return isSame ? .continues(error) : .began(error)
  }

  /// - Returns: Nil if there was no outage.
  mutating func written(at now: MonotonicInstant) -> Report? {
    guard let start = since else { return nil }
    self = FileOutage(firstPause: firstPause)
    return .ended(after: now - start)
  }

  /// A flush or a shutdown has begun: the next attempt is due now, and the pauses are short again.
  mutating func expedite(at now: MonotonicInstant) {
    pause = firstPause
    if nextAttempt != nil { nextAttempt = now }
  }
}

extension FileOutage.Report {
  func emit(to diagnostics: Diagnostics) {
    switch self {
    case .began(let error):
      diagnostics.emit(.warning, "a file exporter can't write; the items wait in the queue", [("error", "\(error)")])
    case .continues(let error):
      diagnostics.emit(.debug, "a file exporter still can't write", [("error", "\(error)")])
    case .ended(let time):
      diagnostics.emit(.warning, "a file exporter writes again", [("afterSeconds", "\(time.components.seconds)")])
    }
  }
}
