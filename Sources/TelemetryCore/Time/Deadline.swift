/// The absolute end of a wait. Each layer passes the deadline on unchanged, so that waits never add up.
public struct Deadline: Comparable, Hashable, Sendable {
  /// The instant at which the wait ends.
  public let instant: MonotonicInstant

  /// Makes a deadline at `instant`.
  public init(_ instant: MonotonicInstant) { self.instant = instant }

  /// A deadline that never passes.
  public static let never = Deadline(.distantFuture)

  /// The deadline that is `duration` after ``MonotonicInstant/now``.
  public static func after(_ duration: Duration) -> Deadline { Deadline(.now + duration) }

  /// True for ``never``.
  public var isNever: Bool { instant.nanoseconds == .max }

  /// True if the deadline has passed at ``MonotonicInstant/now``.
  public var hasPassed: Bool { hasPassed(at: .now) }

  /// The time left at ``MonotonicInstant/now``; zero if the deadline has passed, the largest duration for ``never``.
  public var remaining: Duration { remaining(at: .now) }

  /// True if the deadline has passed at `now`; always false for ``never``.
  public func hasPassed(at now: MonotonicInstant) -> Bool { instant <= now && !isNever }

  /// The time left at `now`; zero if the deadline has passed, the largest duration for ``never``.
  public func remaining(at now: MonotonicInstant) -> Duration {
    isNever ? .nanoseconds(Int64.max) : max(.zero, instant - now)
  }

  /// The time left at `now` in nanoseconds; zero if the deadline has passed. For hot paths, where the 128-bit arithmetic
  /// of `Duration` costs too much.
  package func nanosecondsLeft(at now: MonotonicInstant) -> Int64 {
    guard now < instant else { return 0 }
    let (left, overflow) = instant.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
    return overflow ? .max : left
  }

  /// True if the left deadline passes first.
  public static func < (left: Deadline, right: Deadline) -> Bool { left.instant < right.instant }
}
