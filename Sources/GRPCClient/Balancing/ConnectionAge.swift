internal import TelemetryCore

/// When a connection is old enough for another, so that a name's new addresses, or a new server behind a balancer, are
/// found while the old one still answers. Varied, so that a thousand clients don't do so at once.
struct ConnectionAge {
  private static let jitter = 0.2
  private static let least = Duration.seconds(1)

  private let maximum: Duration?
  private var random: SeededRandom

  /// - Parameter maximum: nil for connections that live as long as they work.
  init(_ maximum: Duration?, seed: UInt64?) {
    self.maximum = maximum
    random = SeededRandom(seed: seed)
  }

  /// When a connection that is made now is to be replaced.
  mutating func renewal(bornAt now: MonotonicInstant) -> MonotonicInstant { after(1, now) }

  /// When to try again, as there was no other connection.
  mutating func retry(at now: MonotonicInstant) -> MonotonicInstant { after(0.1, now) }

  private mutating func after(_ share: Double, _ now: MonotonicInstant) -> MonotonicInstant {
    guard let maximum else { return MonotonicInstant(nanoseconds: .max) }
    let factor = share * (1 + ConnectionAge.jitter * (2 * random.fraction() - 1))
    return now + max(ConnectionAge.least, maximum * factor)
  }
}
