internal import TelemetryCore

/// An HTTP proxy that connects to servers on request (CONNECT).
package struct ProxyServer: Hashable, Sendable {
  /// A name, or an IP address without brackets.
  package var host: String
  package var port: UInt16
  /// The value of `Proxy-Authorization`, a secret; nil for none.
  package var authorization: String?

  package init(host: String, port: UInt16, authorization: String? = nil) {
    self.host = host
    self.port = port
    self.authorization = authorization
  }
}

extension ProxyServer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Host and port, without credentials.
  package var description: String { "\(HostAndPort(host: host, port: port))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror {
    let shown = authorization.map { _ in Redaction.mark } ?? "none"
    return Mirror(self, children: ["host": host, "port": port, "authorization": shown], displayStyle: .struct)
  }
}
