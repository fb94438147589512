package import TelemetryCore

/// Resolves names and connects to addresses: the system's network, or a simulated one.
package protocol Network: Sendable {
  /// The addresses of a host name, in the resolver's order. Never blocks the loop. A late answer serves the next call.
  func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress]

  /// Connects to `address`. Must be called on `loop`, to which the transport belongs.
  func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport

  /// Runs work that may block, such as reading a file, outside the loops.
  func startBlocking(_ work: @escaping @Sendable () -> Void)
}

extension Network {
  /// Runs the work at once, for simulated networks, in which nothing blocks.
  package func startBlocking(_ work: @escaping @Sendable () -> Void) { work() }
}
