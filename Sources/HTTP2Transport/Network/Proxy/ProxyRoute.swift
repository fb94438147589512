/// A route to a server through a proxy. The proxy resolves the server's name.
package struct ProxyRoute: Hashable, Sendable {
  package var proxy: ProxyServer
  /// The authority for CONNECT: a name or an address, IPv6 in brackets, and the port (RFC 9110, 9.3.6).
  package var target: String
  package var userAgent: String

  package init(proxy: ProxyServer, target: String, userAgent: String = "") {
    self.proxy = proxy
    self.target = target
    self.userAgent = userAgent
  }
}
