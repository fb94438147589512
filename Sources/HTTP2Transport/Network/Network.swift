package import TelemetryCore

/// Where a connection can be made to.
package enum SocketAddress: Hashable, Sendable {
  /// An IPv4 address (4 bytes, network order, as a big-endian number) and a port.
  case ipv4(UInt32, port: UInt16)
  /// An IPv6 address (16 bytes as two big-endian numbers), a port and a scope (0 for none).
  case ipv6(high: UInt64, low: UInt64, port: UInt16, scope: UInt32)
  /// A path in the file system.
  case unix(path: String)
  /// A name in Linux's abstract namespace.
  case unixAbstract(name: String)
}

/// Why no connection came about.
package enum NetworkError: Error, Hashable, Sendable {
  /// The name has no address, or the look-up failed; with the resolver's words.
  case unresolved(host: String, reason: String)
  /// The address refused, was unreachable, or the socket failed otherwise.
  case connect(address: SocketAddress, error: SystemError)
  /// The deadline passed during the look-up (no address) or the connect.
  case timedOut(address: SocketAddress?)
  /// A proxy was reached, and made no connection.
  case proxy(ProxyServer, ProxyFailure)
  /// The calling task was cancelled.
  case cancelled
}

extension NetworkError: CustomStringConvertible {
  /// In words that a user can act on.
  package var description: String {
    switch self {
    case .unresolved(let host, let reason): "the name '\(host)' can't be resolved: \(reason)"
    case .connect(let address, let error): "\(address): \(error)"
    case .timedOut(.some(let address)): "\(address): connect: no answer in time"
    case .timedOut(nil): "name resolution: no answer in time"
    case .proxy(let proxy, let failure): "the proxy \(proxy): \(failure.text)"
    case .cancelled: "given up"
    }
  }
}

/// What turns names into addresses and addresses into streams: the system's network, or a simulated one.
package protocol Network: Sendable {
  /// The addresses of a host name, in the resolver's order. Never blocks the loop; an answer that comes too late
  /// serves the next call.
  func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress]

  /// Connects to `address`; the transport belongs to `loop`, on which this must be called.
  func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport

  /// Runs work that may block, such as reading a file, where it holds up no loop.
  func startBlocking(_ work: @escaping @Sendable () -> Void)
}

extension Network {
  /// Runs the work at once: for networks that are simulated, where nothing blocks.
  package func startBlocking(_ work: @escaping @Sendable () -> Void) { work() }
}
