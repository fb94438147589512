package import TelemetryCore

/// Where connections come in. Belongs to one event loop and is used on its thread only.
package protocol Listener: AnyObject {
  /// Starts the reports of readiness to `handler`; after each, accept until there is none.
  func activate(_ handler: any LoopHandler) throws(SystemError)

  /// The next connection that waits; nil if none does now.
  func accept() -> sending (any Transport)?

  /// Stops listening. A second call does nothing.
  func close()

  /// The address, with the port that was given out if 0 was asked for.
  var address: SocketAddress { get }
}

/// A socket that listens: IPv4, IPv6 or Unix.
package final class ListeningSocket: Listener {
  package let address: SocketAddress

  /// Binds and listens; a Unix socket's path must not exist, and is removed by `close()`.
  package init(_ address: SocketAddress, on loop: EventLoop) throws(NetworkError) { fatalError("to come") }

  package func activate(_ handler: any LoopHandler) throws(SystemError) { fatalError("to come") }

  package func accept() -> sending (any Transport)? { fatalError("to come") }

  package func close() {}
}
