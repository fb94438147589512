internal import TelemetryCore

/// The HTTP proxy that connections are made through with `CONNECT`, or none.
public struct OTLPProxy: Hashable, Sendable {
  /// The proxy's URL as it was given; nil for none.
  package let url: String?
  /// The servers that are connected to without it.
  package let exceptions: [String]

  private init(url: String?, exceptions: [String]) {
    self.url = url
    self.exceptions = exceptions
  }

  /// Servers are connected to directly, whatever the environment says.
  public static let none = OTLPProxy(url: nil, exceptions: [])

  /// A proxy that is spoken to in plaintext; what goes through it is TLS or plaintext as the endpoint says.
  /// - Parameters:
  ///   - url: `http://host:port` or `host:port`, port 80 if it has none. `http://user:password@host:port` gives
  ///     credentials for Basic authentication, percent-encoded (`%40` for `@`). An `https://` or `socks5://` proxy is
  ///     refused.
  ///   - except: Servers that are connected to directly: `*` for all, a domain (`example.com`, with all below it), what
  ///     is below a domain (`.example.com` or `*.example.com`), an IP address, or a range of them (`10.0.0.0/8`,
  ///     `fd00::/8`); each with `:port` for that port alone, IPv6 in brackets then. Names are compared as they are
  ///     written: they aren't looked up to see whether a range has their address.
  public static func http(_ url: String, except: [String] = []) -> OTLPProxy { OTLPProxy(url: url, exceptions: except) }
}

extension OTLPProxy: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The URL without its credentials, or `none`.
  public var description: String { url.map(Redaction.shown) ?? "none" }
  /// The same as the description.
  public var debugDescription: String { description }
  /// The description, and how many exceptions there are.
  public var customMirror: Mirror {
    Mirror(self, children: ["url": description, "except": "\(exceptions.count) entries"])
  }
}
