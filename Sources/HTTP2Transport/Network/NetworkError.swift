package import TelemetryCore

/// The reason why no connection was made.
package enum NetworkError: Error, Hashable, Sendable {
  /// The name has no address, or the look-up failed for the resolver's reason.
  case unresolved(host: String, reason: String)
  /// The address refused the connection or was unreachable, or the socket failed otherwise.
  case connect(address: SocketAddress, error: SystemError)
  /// The deadline passed, during the look-up if `address` is nil.
  case timedOut(address: SocketAddress?)
  /// The proxy was reached and made no connection.
  case proxy(ProxyServer, ProxyFailure)
  /// The calling task was cancelled.
  case cancelled
}

extension NetworkError: CustomStringConvertible {
  /// The message for the user.
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
