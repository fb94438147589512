internal import COTLPSystem

/// A point in time of the monotonic clock, in nanoseconds since an arbitrary start.
///
/// Telemetry measures every wait on this clock, which never jumps when the wall clock is set. On Linux the clock stands
/// still while the machine is suspended, so this time doesn't count against a deadline; the time in which only the process
/// is stopped (SIGSTOP, a frozen container) does count. In a simulation the event loop's poller replaces the clock, so
/// instants are comparable only if they come from the same clock.
public struct MonotonicInstant: Comparable, Hashable, Sendable {
  /// Nanoseconds since the clock's start.
  public let nanoseconds: Int64

  /// Makes an instant from nanoseconds since the clock's start.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The present time of the event loop that the caller runs on, or else of the system's monotonic clock.
  public static var now: MonotonicInstant { TelemetryLoop.current?.now ?? .system }

  /// The present time of the system's monotonic clock.
  package static var system: MonotonicInstant { .init(nanoseconds: COTLPSystem_monotonic_nanoseconds()) }

  #if os(Linux)
    /// The present time of the system's clock that also counts while the machine is suspended.
    package static var systemContinuous: MonotonicInstant { .init(nanoseconds: COTLPSystem_boot_nanoseconds()) }
  #endif

  package static var distantPast: MonotonicInstant { .init(nanoseconds: .min) }
  package static var distantFuture: MonotonicInstant { .init(nanoseconds: .max) }

  /// The instant that is `duration` later. Saturates at both ends.
  public static func + (instant: MonotonicInstant, duration: Duration) -> MonotonicInstant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
    return .init(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
  }

  /// The time from `earlier` to `later`; negative if `later` is in fact before `earlier`.
  public static func - (later: MonotonicInstant, earlier: MonotonicInstant) -> Duration {
    let (difference, overflow) = later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return .nanoseconds(overflow ? (later > earlier ? Int64.max : .min) : difference)
  }

  /// True if the left instant is before the right one.
  public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}
