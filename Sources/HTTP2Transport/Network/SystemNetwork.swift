package import TelemetryCore

/// The system's network: non-blocking sockets, and `getaddrinfo` on the blocking threads of a runtime.
package struct SystemNetwork: Network {
  private let runtime: TelemetryRuntime
  private let resolver: NameResolver

  /// Makes a network that resolves names on the blocking threads of `runtime`.
  package init(runtime: TelemetryRuntime = .shared) {
    self.runtime = runtime
    resolver = NameResolver(runtime: runtime)
  }

  package func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] {
    if let address = SocketAddress(numeric: host, port: port) { return [address] }
    guard let loop = TelemetryLoop.current else {
      throw .unresolved(host: host, reason: "the look-up wasn't started on an event loop")
    }
    return try await resolver.resolve(host, deadline: deadline, on: loop).map { $0.withPort(port) }
  }

  package func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    try await SocketConnector.connect(to: address, on: loop, deadline: deadline)
  }

  package func startBlocking(_ work: @escaping @Sendable () -> Void) { runtime.startBlocking(work) }
}
