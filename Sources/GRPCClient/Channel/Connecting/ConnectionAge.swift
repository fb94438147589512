internal import TelemetryCore

/// The age at which a connection is replaced. The next connection uses a name's new addresses, or reaches a new server
/// behind a load balancer, while the old connection still works. Ages vary, so that a thousand clients don't connect at
/// once.
struct ConnectionAge {
  private static let jitter = 0.2
  private static let minimum = Duration.seconds(1)

  private let maximum: Duration?
  private var random: SeededRandom

  /// - Parameter maximum: The age before jitter; nil for no limit.
  init(_ maximum: Duration?, seed: UInt64?) {
    self.maximum = maximum
    random = SeededRandom(seed: seed)
  }

  /// The instant at which a connection that is made now is replaced.
  mutating func renewal(bornAt now: MonotonicInstant) -> MonotonicInstant { after(1, now) }

  /// The instant of the next attempt after a renewal that failed.
  mutating func retry(at now: MonotonicInstant) -> MonotonicInstant { after(0.1, now) }

  private mutating func after(_ share: Double, _ now: MonotonicInstant) -> MonotonicInstant {
    guard let maximum else { return .distantFuture }
    let factor = share * (1 + ConnectionAge.jitter * (2 * random.fraction() - 1))
    return now + max(ConnectionAge.minimum, maximum * factor)
  }
}
