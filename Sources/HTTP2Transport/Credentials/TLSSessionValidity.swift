internal import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A moment by both clocks: the monotonic one stands still while the machine sleeps, the wall clock can be set.
struct TLSSessionMoment: Hashable, Sendable {
  var monotonic: MonotonicInstant
  /// Seconds since 1970.
  var wall: Int64
}

/// Where the present moment comes from.
struct TLSSessionClock: Sendable {
  var moment: @Sendable () -> TLSSessionMoment

  static let system = TLSSessionClock { TLSSessionMoment(monotonic: .now, wall: Int64(time(nil))) }
}

/// How long what a full handshake verified may be relied on: an hour, and not beyond the end of a certificate of the
/// chain. A session that came of a resumed one has the validity of that: resuming verifies nothing.
struct TLSSessionValidity: Hashable, Sendable {
  static let longest = Duration.seconds(3600)

  private let verified: TLSSessionMoment
  private let end: Int64

  init(verified: TLSSessionMoment, certificatesEndIn seconds: Int64) {
    self.verified = verified
    let (end, overflow) = verified.wall.addingReportingOverflow(seconds)
    self.end = overflow ? .max : end
  }

  func holds(at moment: TLSSessionMoment) -> Bool {
    let (age, overflow) = moment.wall.subtractingReportingOverflow(verified.wall)
    // A clock that was set back can't tell.
    guard !overflow, age >= 0, age < TLSSessionValidity.longest.components.seconds, moment.wall < end else {
      return false
    }
    return moment.monotonic - verified.monotonic < TLSSessionValidity.longest
  }
}
