#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The time of all spans of a trace in this process: the wall clock is read once, at the first of them, and the
/// monotonic clock counts from there. A duration is therefore never negative, even if the wall clock is set meanwhile.
///
/// On Linux the monotonic clock stands still while the machine is suspended; that time is missing from a duration.
@frozen
package struct TraceClock: Hashable, Sendable {
  /// The wall time at which the monotonic clock read zero, in nanoseconds since 1970.
  package let offset: UInt64

  /// Reads both clocks: for a span that has no parent in this process.
  package init() { self.init(wall: Self.wallNanoseconds, monotonic: Self.monotonicNanoseconds) }

  /// Reads both clocks.
  /// - Returns: The clock and the present time by it.
  static func start() -> (clock: TraceClock, now: UInt64) {
    let (wall, monotonic) = (wallNanoseconds, monotonicNanoseconds)
    return (TraceClock(wall: wall, monotonic: monotonic), wall)
  }

  package init(wall: UInt64, monotonic: UInt64) { offset = wall &- monotonic }

  /// The present time in nanoseconds since 1970.
  package var now: UInt64 { offset &+ Self.monotonicNanoseconds }

  package static var wallNanoseconds: UInt64 { nanoseconds(of: CLOCK_REALTIME) }
  private static var monotonicNanoseconds: UInt64 { nanoseconds(of: CLOCK_MONOTONIC) }

  private static func nanoseconds(of clock: clockid_t) -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
  }
}
