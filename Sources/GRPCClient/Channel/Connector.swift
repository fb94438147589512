internal import HTTP2Transport
internal import TelemetryCore

/// Makes one connection: looks names up, opens sockets, shakes hands.
struct Connector: Sendable {
  /// One of the places that a channel may connect to.
  struct Host: Sendable, Hashable {
    /// In words, for messages.
    let name: String
    let authority: String
    /// What the server's certificate must be for.
    let certificateName: String
    let place: Place
    /// The way through a proxy, whose address is looked up then in the place of the host's.
    var route: ProxyRoute?

    /// An address of it, in words.
    func peer(at address: SocketAddress) -> String {
      route.map { "\($0.target) by proxy \(address)" } ?? "\(address)"
    }
  }

  enum Place: Sendable, Hashable {
    case name(String, port: UInt16)
    case address(SocketAddress)
  }

  // A host that doesn't answer must not take all of the time while others are left to be tried.
  private static let patience = Duration.milliseconds(2500)
  // With several hundred addresses the first ones are enough.
  private static let mostAddresses = 32

  let hosts: [Host]
  let pace: KeepalivePace
  private let connectTimeout: Duration
  private let tls: TLSReloader?
  private let network: any Network
  private let loop: TelemetryLoop

  init(
    configuration: GRPCChannelConfiguration, network: any Network, loop: TelemetryLoop,
    diagnostics: Diagnostics = .standardError
  ) throws(ConfigurationError) {
    hosts = configuration.targets.flatMap { Connector.hosts($0, configuration) }
    guard !hosts.isEmpty else {
      throw ConfigurationError(option: "endpoint", value: "", allowed: "at least one host")
    }
    pace = KeepalivePace(configuration.keepalive, probeAfter: configuration.probeAfter)
    connectTimeout = max(.milliseconds(1), configuration.connectTimeout)
    tls = configuration.tls.map { TLSReloader($0, diagnostics: diagnostics) }
    self.network = network
    self.loop = loop
  }

  /// The target in words.
  var name: String { hosts.map(\.name).joined(separator: ",") }

  /// The target and the proxy on the way there.
  var way: String {
    hosts.map { host in
      host.route.map { "\(host.name) by the proxy \($0.proxy)" } ?? host.name
    }.joined(separator: ",")
  }

  private static func hosts(_ target: GRPCTarget, _ configuration: GRPCChannelConfiguration) -> [Host] {
    let authority = configuration.authority
    func host(_ name: String, _ ownAuthority: String, _ certificateName: String, _ place: Place) -> Host {
      Host(
        name: name, authority: authority ?? ownAuthority,
        certificateName: authority.map { HostAndPort($0)?.host ?? $0 } ?? certificateName, place: place)
    }
    switch target {
    case .hosts(let list):
      return list.map { entry in
        // 2.2.8: a literal with a zone keeps it for the socket only.
        let server = HostAndPort(host: entry.host, port: entry.port).withoutZone
        let text = "\(server)"
        guard let proxy = entry.proxy else { return host(text, text, server.host, .name(entry.host, port: entry.port)) }
        var host = host(text, text, server.host, .name(proxy.host, port: proxy.port))
        host.route = ProxyRoute(proxy: proxy, target: text, userAgent: configuration.userAgent)
        return host
      }
    case .unix(let path):  // 5.6.7
      return [host("unix:\(path)", "localhost", "localhost", .address(.unix(path: path)))]
    case .unixAbstract(let name):
      return [host("unix-abstract:\(name)", "localhost", "localhost", .address(.unixAbstract(name: name)))]
    }
  }

  /// Where a host can be reached now; looked up afresh each time.
  func resolve(host: Int, deadline: Deadline) async -> Result<[SocketAddress], ConnectFailure> {
    switch hosts[host].place {
    case .address(let address): return .success([address])
    case .name(let name, let port):
      do throws(NetworkError) {
        return .success(try await network.resolve(host: name, port: port, deadline: deadline))
      } catch {
        return .failure(ConnectFailure(error, proxy: hosts[host].route?.proxy))
      }
    }
  }

  /// A connection that is ready for calls, to the address of `addresses` that gives one first (5.9.8).
  /// - Parameter onFailure: Hears, on the loop, of each address that gives none.
  func connect(
    host: Int, to addresses: [SocketAddress], isLast: Bool, deadline: Deadline,
    onEvent: @escaping @Sendable (LinkEvents, HTTP2ConnectionEvent) -> Void,
    onFailure: @escaping @Sendable (ConnectFailure) -> Void = { _ in }
  ) async -> GRPCChannel.Link? {
    let addresses = Array(AttemptSchedule.interleaved(addresses).prefix(Connector.mostAddresses))
    let attempt: AttemptRace<GRPCChannel.Link>.Attempt = { index in
      switch await connect(host: host, to: addresses[index], isLast: isLast, deadline: deadline, onEvent: onEvent) {
      case .success(let link): return link
      case .failure(let failure):
        // Who was overtaken has nothing to say.
        if !Task.isCancelled { onFailure(failure) }
        return nil
      }
    }
    guard !addresses.isEmpty else { return nil }
    let race = AttemptRace(on: loop, attempt: attempt) { [loop] link in
      await link.connection.close(deadline: Deadline(loop.now))
    }
    return await race.run(AttemptSchedule(count: addresses.count, deadline: deadline, repeats: isLast))
  }

  /// The end of one step of an attempt, which as a whole ends at `deadline`.
  private func limit(_ isLast: Bool, _ deadline: Deadline) -> Deadline {
    isLast ? deadline : min(deadline, Deadline(loop.now + Connector.patience))
  }

  private func connect(
    host: Int, to address: SocketAddress, isLast: Bool, deadline: Deadline,
    onEvent: @escaping @Sendable (LinkEvents, HTTP2ConnectionEvent) -> Void
  ) async -> Result<GRPCChannel.Link, ConnectFailure> {
    let deadline = min(deadline, Deadline(loop.now + connectTimeout))
    let connection: HTTP2Connection
    let events = LinkEvents()
    let peer = hosts[host].peer(at: address)
    do throws(NetworkError) {
      let limit = self.limit(isLast, deadline)
      let context = await tls?.context(network: network, loop: loop, deadline: limit)
      let transport = try await network.connect(to: address, by: hosts[host].route, on: loop, deadline: limit)
      let engine: TLSEngine?
      do throws(TLSError) {
        engine = try context.map { context throws(TLSError) in
          try TLSEngine(client: context, host: hosts[host].certificateName, place: peer)
        }
      } catch {
        transport.close()
        return .failure(ConnectFailure("TLS: \(error.message)", tls: error))
      }
      var settings = HTTP2Configuration()
      settings.keepalive = pace.configuration
      settings.probeAfter = pace.probeAfter
      connection = HTTP2Connection(loop: loop, transport: transport, tls: engine, configuration: settings) {
        onEvent(events, $0)
      }
    } catch {
      return .failure(ConnectFailure(error, proxy: hosts[host].route?.proxy))
    }
    do throws(HTTP2ConnectError) {
      try await connection.start(deadline: limit(isLast, deadline))
      return .success(GRPCChannel.Link(host: host, connection: connection, events: events))
    } catch {
      return .failure(ConnectFailure(error, at: peer, isSecure: tls != nil))
    }
  }
}
