/// The absolute end of a wait. It is handed down unchanged through every layer, so that waits never add up.
public struct Deadline: Comparable, Hashable, Sendable {
  /// The instant at which waiting ends.
  public let instant: MonotonicInstant

  /// Makes a deadline at `instant`.
  public init(_ instant: MonotonicInstant) { self.instant = instant }

  /// No limit.
  public static let never = Deadline(.init(nanoseconds: .max))

  /// The deadline that lies `duration` after now (``MonotonicInstant/now``).
  public static func after(_ duration: Duration) -> Deadline { Deadline(.now + duration) }

  /// Whether this is ``never``.
  public var isNever: Bool { instant.nanoseconds == .max }

  /// Whether the deadline has passed now (``MonotonicInstant/now``).
  public var hasPassed: Bool { hasPassed(at: .now) }

  /// What is left until the deadline now; zero when it has passed.
  public var remaining: Duration { remaining(at: .now) }

  /// Whether the deadline has passed at `now`; ``never`` never has.
  public func hasPassed(at now: MonotonicInstant) -> Bool { instant <= now && !isNever }

  /// What is left at `now`; zero when the deadline has passed, the largest duration for ``never``.
  public func remaining(at now: MonotonicInstant) -> Duration {
    isNever ? .nanoseconds(Int64.max) : max(.zero, instant - now)
  }

  /// What is left at `now` in nanoseconds; zero when the deadline has passed. For the paths where the 128-bit arithmetic
  /// of a `Duration` would count.
  package func nanosecondsLeft(at now: MonotonicInstant) -> Int64 {
    guard now < instant else { return 0 }
    let (left, overflow) = instant.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
    return overflow ? .max : left
  }

  /// Whether the left deadline ends first.
  public static func < (left: Deadline, right: Deadline) -> Bool { left.instant < right.instant }
}
