internal import TelemetryCore

/// The earliest start of the next attempt to connect, and the deadline of the present one.
package struct ConnectionBackoff {
  private let configuration: Configuration
  private var random: SeededRandom
  /// The pause after the present attempt, before jitter; nil before the first attempt.
  private var pause: Duration?
  /// No attempt starts before this instant while there are other connections.
  private(set) var notBefore = MonotonicInstant.distantPast
  /// No attempt starts before this instant while there is no connection.
  private(set) var notBeforeUnconnected = MonotonicInstant.distantPast

  init(_ configuration: Configuration) {
    self.configuration = configuration.clamped
    random = SeededRandom(seed: configuration.seed)
  }

  /// No attempt starts before this instant.
  /// - Parameter isUnconnected: If true, the channel has no connection.
  func notBefore(isUnconnected: Bool) -> MonotonicInstant { isUnconnected ? notBeforeUnconnected : notBefore }

  /// - Returns: The deadline of the attempt.
  mutating func attemptStarted(at now: MonotonicInstant) -> Deadline {
    let next = pause.map { min($0 * configuration.multiplier, configuration.maximum) } ?? configuration.initial
    pause = next
    let factor = 1 + configuration.jitter * (2 * random.fraction() - 1)
    notBefore = now + next * factor
    notBeforeUnconnected = now + min(next, configuration.maximumUnconnected) * factor
    return Deadline(max(notBeforeUnconnected, now + configuration.minimumConnectTimeout))
  }

  /// The server's SETTINGS arrived (RULES 5.9.3).
  mutating func reset() {
    pause = nil
    notBefore = .distantPast
    notBeforeUnconnected = .distantPast
  }

  /// The random pause after a loss keeps a thousand clients of one server from coming back at once.
  mutating func connectionLost(at now: MonotonicInstant) {
    notBefore = now + configuration.initial * random.fraction()
    notBeforeUnconnected = notBefore
  }
}
