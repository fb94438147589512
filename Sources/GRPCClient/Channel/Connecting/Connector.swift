internal import HTTP2Transport
internal import TelemetryCore

/// Makes one connection: looks up the name, opens sockets, and performs the handshakes of the proxy, TLS and HTTP/2.
struct Connector: Sendable {
  // A silent host leaves time for the hosts after it.
  private static let stepTimeout = Duration.milliseconds(2500)
  // A name may have several hundred addresses.
  private static let maxAddresses = 32

  let hosts: [Host]
  let keepalive: KeepaliveThrottle
  private let connectTimeout: Duration
  private let tls: TLSReloader?
  private let network: any Network
  private let loop: TelemetryLoop
  private let diagnostics: Diagnostics

  init(
    configuration: GRPCChannelConfiguration, network: any Network, loop: TelemetryLoop,
    diagnostics: Diagnostics = .standardError
  ) throws(ConfigurationError) {
    hosts = configuration.targets.flatMap { Host.hosts(of: $0, configuration) }
    guard !hosts.isEmpty else {
      throw ConfigurationError(option: "endpoint", value: "", allowed: "at least one host")
    }
    keepalive = KeepaliveThrottle(configuration.keepalive, probeAfter: configuration.probeAfter)
    connectTimeout = max(.milliseconds(1), configuration.connectTimeout)
    // Without a rate limit, so that each reload is reported.
    tls = configuration.tls.map { TLSReloader($0, diagnostics: diagnostics) }
    self.network = network
    self.loop = loop
    self.diagnostics = diagnostics.limited(by: loop)
  }

  /// The hosts in messages.
  var name: String { hosts.map(\.name).joined(separator: ",") }

  /// The hosts and their proxies in messages.
  var nameWithProxies: String {
    hosts.map { host in
      host.route.map { "\(host.name) by the proxy \($0.proxy)" } ?? host.name
    }.joined(separator: ",")
  }

  /// Looks up the present addresses of a host, or of the proxy on the way; at least one.
  func resolve(host index: Int, deadline: Deadline) async throws(ConnectFailure) -> [SocketAddress] {
    let host = hosts[index]
    switch host.place {
    case .address(let address): return [address]
    case .name(let name, let port):
      do throws(NetworkError) {
        let addresses = try await network.resolve(host: name, port: port, deadline: deadline)
        if !addresses.isEmpty { return addresses }
      } catch {
        throw ConnectFailure(error, proxy: host.route?.proxy)
      }
      throw ConnectFailure("\(host.name) has no address")
    }
  }

  /// Connects to the address that is ready for calls first (RULES 5.9.8).
  /// - Parameters:
  ///   - addresses: The addresses of the attempt's host; at least one.
  ///   - onFailure: Called on the loop for each address that fails.
  func connect(
    _ attempt: ConnectionAttempt, to addresses: [SocketAddress],
    onFailure: @escaping @Sendable (ConnectFailure) -> Void = { _ in }
  ) async -> ChannelConnection? {
    let addresses = Array(HappyEyeballsStateMachine.interleaved(addresses).prefix(Connector.maxAddresses))
    let happyEyeballs = HappyEyeballs<ChannelConnection>(on: loop) { index in
      do throws(ConnectFailure) {
        return try await connect(attempt, to: addresses[index])
      } catch {
        // An attempt that lost the race reports nothing.
        if !Task.isCancelled { onFailure(error) }
        return nil
      }
    } discard: { [loop] connection in
      await connection.http2.close(deadline: Deadline(loop.now))
    }
    return await happyEyeballs.run(
      HappyEyeballsStateMachine(count: addresses.count, deadline: attempt.deadline, repeats: attempt.isLast))
  }

  private func connect(
    _ attempt: ConnectionAttempt, to address: SocketAddress
  ) async throws(ConnectFailure) -> ChannelConnection {
    let deadline = min(attempt.deadline, Deadline(loop.now + connectTimeout))
    func stepDeadline() -> Deadline {
      attempt.isLast ? deadline : min(deadline, Deadline(loop.now + Connector.stepTimeout))
    }
    let host = hosts[attempt.host]
    let http2 = try await open(host, address, deadline: stepDeadline())
    do throws(HTTP2ConnectError) {
      try await http2.start(deadline: stepDeadline())
    } catch {
      throw ConnectFailure(error, at: host.peer(at: address), isSecure: tls != nil)
    }
    return ChannelConnection(id: attempt.id, host: attempt.host, http2: http2)
  }

  /// Opens a socket, through the proxy if there is one, for a connection that isn't started.
  private func open(
    _ host: Host, _ address: SocketAddress, deadline: Deadline
  ) async throws(ConnectFailure) -> HTTP2Connection {
    let context = await tls?.context(network: network, loop: loop, deadline: deadline)
    let transport: any Transport
    do throws(NetworkError) {
      transport = try await network.connect(to: address, by: host.route, on: loop, deadline: deadline)
    } catch {
      throw ConnectFailure(error, proxy: host.route?.proxy)
    }
    let engine: TLSEngine?
    do throws(TLSError) {
      engine = try context.map { context throws(TLSError) in
        try TLSEngine(client: context, host: host.certificateName, place: host.peer(at: address))
      }
    } catch {
      transport.close()
      throw ConnectFailure("TLS: \(error.message)", tls: error)
    }
    var configuration = HTTP2Configuration()
    configuration.keepalive = keepalive.configuration
    configuration.probeAfter = keepalive.probeAfter
    return HTTP2Connection(loop: loop, transport: transport, tls: engine, configuration: configuration) { event in
      ChannelReporter.report(event, newInterval: keepalive.throttled(by: event), of: name, diagnostics)
    }
  }
}
