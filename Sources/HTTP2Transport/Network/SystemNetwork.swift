package import TelemetryCore

/// The system's network: non-blocking sockets, names looked up by `getaddrinfo` on a runtime's blocking threads.
package struct SystemNetwork: Network {
  /// Makes a network whose look-ups run on the blocking threads of `runtime`.
  package init(runtime: Runtime = .shared) {}

  package func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] {
    fatalError("to come")
  }

  package func connect(
    to address: SocketAddress, on loop: EventLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    fatalError("to come")
  }
}
