package import HTTP2Transport

/// A place that a channel connects to.
package enum GRPCTarget: Hashable, Sendable {
  /// A host and a port; an IPv6 literal has no brackets.
  package struct HostPort: Hashable, Sendable {
    package var host: String
    package var port: UInt16
    /// The proxy on the way to the host; nil for a direct connection.
    package var proxy: ProxyServer?

    package init(host: String, port: UInt16, proxy: ProxyServer? = nil) {
      self.host = host
      self.port = port
      self.proxy = proxy
    }
  }

  /// Hosts that offer the same service.
  case hosts([HostPort])
  /// A Unix socket in the file system.
  case unix(path: String)
  /// A Unix socket in Linux's abstract namespace.
  case unixAbstract(name: String)

  package static func host(_ host: String, port: UInt16) -> GRPCTarget { .hosts([HostPort(host: host, port: port)]) }
}
