internal import HTTP2Transport
internal import TelemetryCore

/// The decisions in which pick first and round robin differ. A policy owns the times of attempts; the pool is shared.
protocol LoadBalancingPolicy: Sendable {
  typealias Action = LoadBalancerStateMachine.Action

  /// The next instant at which `startDueWork` starts something; `.distantFuture` if only an input can change that.
  func nextDeadline(in pool: SubchannelPool, at now: MonotonicInstant) -> MonotonicInstant
  /// Starts the attempts and look-ups that are due.
  /// - Parameter callsWait: If true, calls wait for a connection.
  mutating func startDueWork(in pool: inout SubchannelPool, at now: MonotonicInstant, callsWait: Bool) -> [Action]

  /// If true, an attempt for a subchannel that has connections may start.
  func allowsAttempt(for id: SubchannelID, in pool: SubchannelPool) -> Bool
  /// If true, the connection of a successful attempt is still of use.
  func acceptsConnection(_ attempt: ConnectionAttempt, in pool: SubchannelPool) -> Bool
  /// If true, calls may go to this subchannel while another is ejected.
  func canTakeCalls(_ subchannel: Subchannel) -> Bool

  mutating func connectSucceeded()
  /// An initial attempt or a takeover failed.
  mutating func connectFailed(_ index: Int, in pool: inout SubchannelPool, at now: MonotonicInstant) -> [Action]
  /// A connection of a subchannel ended.
  /// - Parameter instant: The instant of the loss of the subchannel's last connection; nil after an orderly end.
  mutating func connectionEnded(_ index: Int, lostAt instant: MonotonicInstant?, in pool: inout SubchannelPool)
  /// Ends the pauses between attempts.
  mutating func resetBackoff()

  /// - Parameter addresses: The addresses of the host; empty after a failure.
  mutating func addressesResolved(
    _ addresses: [SocketAddress], host: Int, in pool: inout SubchannelPool, at now: MonotonicInstant
  ) -> [Action]
}
