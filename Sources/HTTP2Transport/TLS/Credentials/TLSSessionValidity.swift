internal import OTLPSystem
internal import TelemetryCore

/// A moment by two clocks: the monotonic clock stops while the machine sleeps, the wall clock can be set.
struct TLSSessionMoment: Hashable, Sendable {
  var monotonic: MonotonicInstant
  /// Seconds since 1970.
  var wall: Int64
}

/// The source of the present moment.
package struct TLSSessionClock: Sendable {
  var moment: @Sendable () -> TLSSessionMoment

  package static let system = TLSSessionClock { TLSSessionMoment(monotonic: .now, wall: Int64(time(nil))) }
}

/// The time in which a full verification may be relied on: an hour, and not beyond the expiry of a certificate of the
/// chain. A session that began in a resumed connection inherits its validity, because resuming verifies nothing.
struct TLSSessionValidity: Hashable, Sendable {
  static let maxAge = Duration.seconds(3600)

  private let verified: TLSSessionMoment
  private let end: Int64

  init(verified: TLSSessionMoment, certificatesEndIn seconds: Int64) {
    self.verified = verified
    let (end, overflow) = verified.wall.addingReportingOverflow(seconds)
    self.end = overflow ? .max : end
  }

  func holds(at moment: TLSSessionMoment) -> Bool {
    let (age, overflow) = moment.wall.subtractingReportingOverflow(verified.wall)
    // The age is unknown if the clock was set back.
    guard !overflow, age >= 0, age < TLSSessionValidity.maxAge.components.seconds, moment.wall < end else {
      return false
    }
    return moment.monotonic - verified.monotonic < TLSSessionValidity.maxAge
  }
}
