internal import COTLPSystem
internal import TelemetryCore

/// Decides when rows that are too old are deleted: after a batch was stored, so that no exporter of its own is needed for that,
/// and a bounded number at a time, so that no lock is held for long. A deletion has ``patience`` for itself; then it gives way to a
/// batch or a shutdown that waits for it. Pure but for the wall clock.
///
/// ```
///            isDue                    ended: the interval, or at once for more
///   waiting ────────▶ deleting ─────────────────────────────────────────────▶ waiting
///                        │  │ gaveWay: a pause, and more patience the next time
///                        │  └───────────────────────────────────────────────▶ waiting
///                        │ failed: a pause, and a report of the first failure
///                        └──────────────────────────────────────────────────▶ waiting
/// ```
struct Retention {
  /// The most spans, and the most log records, that one deletion takes.
  static let mostItems = 1000

  private let age: Duration
  private let interval: Duration
  private var next: MonotonicInstant?
  private var isFailing = false
  // A deletion that failed or gave way is tried again after this time at the latest.
  private static let longestPause = Duration.seconds(60)
  // The longer one is half of a batch's default timeout.
  private static let (firstPatience, longestPatience) = (Duration.seconds(1), Duration.seconds(5))

  /// The time that a deletion has before it gives way. It grows each time, so that a slow database under load gets on.
  private(set) var patience = firstPatience

  /// - Parameter age: The age beyond which rows are deleted.
  init(_ age: Duration) {
    self.age = age
    interval = min(max(age / 20, .seconds(1)), .seconds(3600))
  }

  /// True if a deletion is due.
  func isDue(at now: MonotonicInstant) -> Bool { next.map { $0 <= now } ?? true }

  /// The items before this time are too old, in nanoseconds since 1970.
  var cutoff: Int64 { Int64(clamping: COTLPSystem_wall_nanoseconds()) - age.clampedNanoseconds }

  /// A deletion ended. The next batch deletes more if there may be more.
  mutating func ended(deleted: Int, at now: MonotonicInstant) {
    next = deleted >= Self.mostItems ? now : now + interval
    isFailing = false
    patience = Self.firstPatience
  }

  /// A deletion was cancelled for a batch or a shutdown, which is no failure.
  mutating func gaveWay(at now: MonotonicInstant) {
    next = now + min(interval, Self.longestPause)
    patience = min(patience * 2, Self.longestPatience)
  }

  /// The time at which a deletion must have given way to a call that waits since `now` until `deadline`, and needs half of that
  /// for itself.
  static func end(for deadline: Deadline, at now: MonotonicInstant) -> MonotonicInstant {
    now + deadline.remaining(at: now) / 2
  }

  /// A deletion failed.
  /// - Returns: True for the first failure after success, which is to be reported.
  mutating func failed(at now: MonotonicInstant) -> Bool {
    next = now + min(interval, Self.longestPause)
    defer { isFailing = true }
    return !isFailing
  }

  /// Deletes spans with their events and links, and log records, before a time, the parameter. Each statement tells how many. Items
  /// without a time stay.
  static func statements(_ dialect: SQLDialect) -> [String] {
    let parameter = dialect == .sqlite ? "?1" : "$1"
    // In SQLite a trigger deletes the events and links.
    let key = dialect == .sqlite ? "row_id" : "(trace_id, span_id, digest)"
    let old = """
      SELECT \(dialect == .sqlite ? key : "trace_id, span_id, digest") FROM spans \
      WHERE start_time_unix_nano BETWEEN 1 AND \(parameter) ORDER BY start_time_unix_nano LIMIT \(mostItems)
      """
    let tables = dialect == .sqlite ? ["spans"] : ["span_events", "span_links", "spans"]
    return tables.map { "DELETE FROM \($0) WHERE \(key) IN (\(old))" } + [
      """
      DELETE FROM log_records WHERE record_id IN (SELECT record_id FROM log_records \
      WHERE time_unix_nano BETWEEN 1 AND \(parameter) ORDER BY time_unix_nano LIMIT \(mostItems))
      """,
      """
      DELETE FROM log_records WHERE record_id IN (SELECT record_id FROM log_records \
      WHERE time_unix_nano = 0 AND observed_time_unix_nano BETWEEN 1 AND \(parameter) LIMIT \(mostItems))
      """,
    ]
  }
}
