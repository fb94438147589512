internal import HTTP2Transport
internal import TelemetryCore

extension Connector {
  /// A server that the channel may connect to.
  struct Host: Hashable {
    enum Place: Hashable {
      case name(String, port: UInt16)
      case address(SocketAddress)
    }

    /// The target in messages.
    let name: String
    let authority: String
    /// The name in the server's certificate.
    let certificateName: String
    /// The place to connect to: the server, or the proxy if there is a `route`.
    let place: Place
    var route: ProxyRoute?

    /// The name of one of the host's addresses in messages.
    func peer(at address: SocketAddress) -> String {
      route.map { "\($0.target) by proxy \(address)" } ?? "\(address)"
    }

    static func hosts(of target: GRPCTarget, _ configuration: GRPCChannelConfiguration) -> [Host] {
      let authority = configuration.authority
      func host(_ name: String, _ ownAuthority: String, _ certificateName: String, _ place: Place) -> Host {
        Host(
          name: name, authority: authority ?? ownAuthority,
          certificateName: authority.map { HostAndPort($0)?.host ?? $0 } ?? certificateName, place: place)
      }
      switch target {
      case .hosts(let list):
        return list.map { entry in
          // Only the socket uses the zone of an IPv6 literal (RULES 2.2.8).
          let server = HostAndPort(host: entry.host, port: entry.port).withoutZone
          let text = "\(server)"
          guard let proxy = entry.proxy else {
            return host(text, text, server.host, .name(entry.host, port: entry.port))
          }
          var host = host(text, text, server.host, .name(proxy.host, port: proxy.port))
          host.route = ProxyRoute(proxy: proxy, target: text, userAgent: configuration.userAgent)
          return host
        }
      case .unix(let path):  // RULES 5.6.7
        return [host("unix:\(path)", "localhost", "localhost", .address(.unix(path: path)))]
      case .unixAbstract(let name):
        return [host("unix-abstract:\(name)", "localhost", "localhost", .address(.unixAbstract(name: name)))]
      }
    }
  }
}
