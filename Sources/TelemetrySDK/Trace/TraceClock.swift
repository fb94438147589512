internal import OTLPSystem
internal import Synchronization

/// The time of all spans of a trace in this process: the wall clock is read at the first of them (``WallClockOffset``), and
/// the monotonic clock counts from there. A duration is therefore never negative, even if the wall clock is set meanwhile.
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
    let monotonic = monotonicNanoseconds
    let clock = TraceClock(offset: wallOffset.value(at: monotonic) { wallNanoseconds })
    return (clock, clock.offset &+ monotonic)
  }

  private static let wallOffset = WallClockOffset()

  private init(offset: UInt64) { self.offset = offset }

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

/// The wall time at which the monotonic clock read zero, for all threads. A reading of the wall clock serves the traces that begin
/// within 100 µs, since it costs as much as two attributes.
struct WallClockOffset: ~Copyable, Sendable {
  /// The nanoseconds for which a reading holds.
  static var validity: UInt64 { 100_000 }

  private let offset = Atomic<UInt64>(0)
  /// The monotonic time up to which `offset` holds.
  private let end = Atomic<UInt64>(0)
  /// The monotonic time at which a thread began to change both; 0 for none.
  private let changing = Atomic<UInt64>(0)

  /// - Parameters:
  ///   - monotonic: The present monotonic time.
  ///   - wall: Reads the wall clock. The offset of a thread that is interrupted before the call is wrong, and has expired.
  @inline(__always)
  func value(at monotonic: UInt64, reading wall: () -> UInt64) -> UInt64 {
    if monotonic < end.load(ordering: .acquiring) { return offset.load(ordering: .relaxed) }
    return changed(at: monotonic, reading: wall)
  }

  @inline(never)
  private func changed(at monotonic: UInt64, reading wall: () -> UInt64) -> UInt64 {
    // Two threads at once could store the offset of one and the end of the other.
    let other = changing.load(ordering: .relaxed)
    // The thread of an old change doesn't exist in a forked child.
    let isFree = other == 0 || monotonic > other &+ 1_000_000_000
    let isFirst =
      isFree && changing.compareExchange(expected: other, desired: monotonic, ordering: .acquiring).exchanged
    let current = wall() &- monotonic
    guard isFirst else { return current }
    offset.store(current, ordering: .relaxed)
    end.store(monotonic &+ Self.validity, ordering: .releasing)
    changing.store(0, ordering: .releasing)
    return current
  }
}
