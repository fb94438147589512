#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A point in time of the monotonic clock, in nanoseconds since an arbitrary start.
///
/// Telemetry measures every wait on this clock: it never jumps when the wall clock is set. On Linux it stands still while
/// the machine is suspended, so that doesn't count against a deadline; it goes on while only the process is stopped
/// (SIGSTOP, a frozen container), so that does. In a simulation the
/// event loop's poller gives the time instead, so an instant is only comparable with others of the same clock.
public struct MonotonicInstant: Comparable, Hashable, Sendable {
  /// Nanoseconds since the clock's start.
  public let nanoseconds: Int64

  /// Makes an instant from nanoseconds since the clock's start.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The present time: of the event loop that the caller runs on, else of the system's monotonic clock.
  public static var now: MonotonicInstant { TelemetryLoop.current?.now ?? .system }

  /// The present time of the system's monotonic clock.
  package static var system: MonotonicInstant { time(of: CLOCK_MONOTONIC) }

  #if os(Linux)
    /// The present time of the system's clock that also counts while the machine is suspended.
    package static var systemContinuous: MonotonicInstant { time(of: CLOCK_BOOTTIME) }
  #endif

  private static func time(of clock: clockid_t) -> MonotonicInstant {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return .init(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }

  /// The instant that lies `duration` later; saturates at both ends.
  public static func + (instant: MonotonicInstant, duration: Duration) -> MonotonicInstant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
    return .init(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
  }

  /// The time from `earlier` to `later`; negative if they are the other way round.
  public static func - (later: MonotonicInstant, earlier: MonotonicInstant) -> Duration {
    let (difference, overflow) = later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return .nanoseconds(overflow ? (later > earlier ? Int64.max : .min) : difference)
  }

  /// Whether the left instant lies before the right one.
  public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

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

extension Duration {
  /// The duration in whole nanoseconds, clamped to what an `Int64` holds (292 years).
  package var clampedNanoseconds: Int64 {
    // Beyond these even `components` would stop the program.
    guard self < .nanoseconds(Int64.max) else { return .max }
    guard self > .nanoseconds(Int64.min) else { return .min }
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carry ? (seconds < 0 ? .min : .max) : sum
  }
}
