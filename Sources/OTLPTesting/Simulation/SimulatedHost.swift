package import HTTP2Transport

/// The answer of a simulated resolver for a name.
package enum SimulatedHost: Sendable, Hashable {
  /// IPv4 addresses, after a delay.
  case addresses([UInt32], delay: Duration = .milliseconds(1))
  /// Addresses of any kind, in this order, after a delay. The port is the caller's.
  case sockets([SocketAddress], delay: Duration = .milliseconds(1))
  /// A failure, after a delay.
  case fails(reason: String, delay: Duration = .milliseconds(1))
  /// No answer, so the resolution times out.
  case ignored
}
