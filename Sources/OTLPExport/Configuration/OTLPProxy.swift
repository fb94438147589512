internal import TelemetryCore

/// An HTTP proxy for connections, by `CONNECT`; or no proxy.
public struct OTLPProxy: Hashable, Sendable {
  /// The proxy's URL; nil without a proxy.
  package let url: String?
  /// The servers without a proxy.
  package let exceptions: [String]

  private init(url: String?, exceptions: [String]) {
    self.url = url
    self.exceptions = exceptions
  }

  /// No proxy, whatever the environment contains.
  public static let none = OTLPProxy(url: nil, exceptions: [])

  /// A proxy. The connection to the proxy is plaintext; through the tunnel goes TLS or plaintext, as the endpoint requires.
  /// - Parameters:
  ///   - url: `http://host:port` or `host:port`, default port 80. `http://user:password@host:port` gives
  ///     credentials for Basic authentication, percent-encoded (`%40` for `@`). An `https://` or `socks5://` proxy is
  ///     refused.
  ///   - except: Servers with a direct connection: `*` for all, a domain with its subdomains (`example.com`), only the
  ///     subdomains (`.example.com` or `*.example.com`), an IP address, or a range of addresses (`10.0.0.0/8`,
  ///     `fd00::/8`). `:port` restricts an entry to that port; an IPv6 address then stands in brackets. Names are not
  ///     resolved for the comparison with ranges.
  public static func http(_ url: String, except: [String] = []) -> OTLPProxy { OTLPProxy(url: url, exceptions: except) }
}

extension OTLPProxy: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The URL without its credentials, or `none`.
  public var description: String { url.map(Redaction.shown) ?? "none" }
  /// The same as the description.
  public var debugDescription: String { description }
  /// The description and the number of exceptions.
  public var customMirror: Mirror {
    Mirror(self, children: ["url": description, "except": "\(exceptions.count) entries"])
  }
}
