/// The settings for gRPC's keepalive (RULES 5.7).
package struct KeepaliveConfiguration: Hashable, Sendable {
  /// The shortest interval: servers end connections that send PINGs more often (RULES 5.7.2).
  package static let minimumInterval = Duration.seconds(10)

  /// The time without a byte from the server after which a PING is sent.
  package var interval: Duration
  /// The time in which the server must answer a PING, or send any other byte. Default: 20 s.
  package var timeout: Duration
  /// True if PINGs are sent while no call is open. Default: false.
  package var withoutCalls: Bool

  /// Raises an interval below the minimum to the minimum.
  package init(interval: Duration, timeout: Duration = .seconds(20), withoutCalls: Bool = false) {
    self.interval = max(interval, KeepaliveConfiguration.minimumInterval)
    self.timeout = timeout
    self.withoutCalls = withoutCalls
  }
}
