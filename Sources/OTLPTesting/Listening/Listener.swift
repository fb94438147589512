package import HTTP2Transport
package import TelemetryCore

/// Accepts connections. A listener belongs to one event loop and is used on that thread only.
package protocol Listener: AnyObject {
  /// Starts the reports of readiness to `handler`. After each report, accept until there is no connection.
  func activate(_ handler: any LoopHandler) throws(SystemError)

  /// Accepts the next connection.
  /// - Returns: The connection, or nil if none is pending.
  func accept() -> sending (any Transport)?

  /// Stops listening. A second call does nothing.
  func close()

  /// The address, with the port that the system chose where 0 was asked for.
  var address: SocketAddress { get }
}
