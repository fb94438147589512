internal import GRPCClient
internal import HTTP2Transport
internal import OTLPExport
internal import OTLPGRPC
internal import OTLPWire
internal import TelemetryCore

/// Goes the way of an export step by step, and notes what it sees.
struct Probe {
  private(set) var checks: [Check] = []
  private(set) var failure: ProbeFailure?

  private let server: Endpoint
  private let configuration: OTLPConfiguration
  private let channel: GRPCChannelConfiguration
  private let isCompressed: Bool
  private let network: SystemNetwork
  private let loop: TelemetryLoop
  private let timeout: Duration
  /// When the present step began.
  private var stepStart = MonotonicInstant.system

  init(
    _ server: Endpoint, _ configuration: OTLPConfiguration, _ channel: GRPCChannelConfiguration, isCompressed: Bool,
    timeout: Duration, loop: TelemetryLoop
  ) {
    self.server = server
    self.configuration = configuration
    self.channel = channel
    self.isCompressed = isCompressed
    self.timeout = timeout
    self.loop = loop
    network = SystemNetwork()
  }

  /// Runs on the loop. Stops at the first thing that fails.
  mutating func run() async {
    let deadline = Deadline(loop.now + timeout)
    guard let ways = await resolve(deadline), let way = await reach(ways, deadline) else { return }
    guard await shakeHands(way, deadline) else { return }
    await export()
  }

  private mutating func note(_ step: Check.Step, _ details: [String]) {
    checks.append(Check(step: step, result: .passed, details: details, elapsed: stepTime()))
  }

  /// How long the step took that ends now.
  private mutating func stepTime() -> Duration {
    let now = MonotonicInstant.system
    defer { stepStart = now }
    return now - stepStart
  }

  private mutating func fail(_ step: Check.Step, _ failure: ProbeFailure, _ details: [String] = []) {
    checks.append(Check(step: step, result: .failed, details: details, elapsed: stepTime()))
    self.failure = failure
  }
}

// MARK: - The way there

extension Probe {
  /// An address to connect to, and what it is asked for then if it is a proxy's.
  private struct Way {
    let address: SocketAddress
    var route: ProxyRoute?
  }

  /// The ways to all hosts; nil if there is none.
  private mutating func resolve(_ deadline: Deadline) async -> [Way]? {
    let hosts: [Endpoint.Host]
    switch server.target {
    case .unix(let path):
      note(.name, ["a socket in the file system: no name to look up"])
      return [Way(address: .unix(path: path))]
    case .unixAbstract(let name):
      note(.name, ["an abstract socket: no name to look up"])
      return [Way(address: .unixAbstract(name: name))]
    case .hosts(let list): hosts = list
    }
    var found: [Way] = []
    var details: [String] = []
    for host in hosts {
      let route = configuration.route(to: host)
      let (name, port) = route.map { ($0.proxy.host, $0.proxy.port) } ?? (host.name, host.port)
      do throws(NetworkError) {
        let addresses = try await network.resolve(host: name, port: port, deadline: deadline)
        if let route { details.append("the proxy \(route.proxy) connects to \(route.target), and looks its name up") }
        details.append("\(name): \(addresses.map(\.host).joined(separator: ", "))")
        found += addresses.map { Way(address: $0, route: route) }
      } catch {
        failure = .network(error)
      }
    }
    guard !found.isEmpty else {
      fail(.name, failure ?? .network(.timedOut(address: nil)))
      return nil
    }
    failure = nil
    note(.name, details)
    return found
  }

  /// The first way that leads to a connection.
  private mutating func reach(_ ways: [Way], _ deadline: Deadline) async -> Way? {
    var details: [String] = []
    var first: NetworkError?
    for (index, way) in ways.enumerated() {
      // One that doesn't answer must leave time for the others.
      let share = deadline.remaining(at: loop.now) / (ways.count - index)
      do throws(NetworkError) {
        let limit = Deadline(loop.now + share)
        let transport = try await network.connect(to: way.address, by: way.route, on: loop, deadline: limit)
        transport.close()
        details.append("\(way.address) takes connections")
        if let route = way.route { details.append("the proxy there has connected to \(route.target)") }
        note(.connection, details)
        return way
      } catch {
        first = first ?? error
        details.append(Self.text(error))
      }
    }
    fail(.connection, .network(first ?? .cancelled), details)
    return nil
  }

  private static func text(_ error: NetworkError) -> String {
    switch error {
    case .connect(let address, let error): "\(address): \(error)"
    case .timedOut(let address): "\(address.map { "\($0): " } ?? "")no answer in time"
    case .unresolved(_, let reason): reason
    case .proxy(let proxy, let failure): "\(proxy): \(failure.text)"
    case .cancelled: "given up"
    }
  }
}

// MARK: - What is spoken there

extension Probe {
  private struct Handshake {
    var error: HTTP2ConnectError?
    var peer: TLSPeer?
  }

  private mutating func shakeHands(_ way: Way, _ deadline: Deadline) async -> Bool {
    // A silent server must leave time for the second look.
    let limit = Deadline(loop.now + deadline.remaining(at: loop.now) * 2 / 3)
    let result = await shakeHands(way, channel.tls, limit)
    noteTLS(result)
    guard let error = result.error else {
      note(.http2, ["the server's SETTINGS have come"])
      return true
    }
    let speaksOther = await self.speaksOther(error, way, deadline)
    var step = Check.Step.http2
    if case .tls = error { step = .tls }
    fail(step, .handshake(error, speaksOther: speaksOther), step == .tls ? Self.chain(result.peer) : [])
    return false
  }

  private mutating func noteTLS(_ result: Handshake) {
    if case .tls = result.error { return }
    guard channel.tls != nil else { return note(.tls, ["plaintext, as the endpoint says"]) }
    guard let peer = result.peer, !peer.certificates.isEmpty else { return }
    note(
      .tls,
      ["\(peer.version), ALPN h2, the certificate is for \(configuration.certificateName(of: server))"]
        + Self.chain(peer))
  }

  private static func chain(_ peer: TLSPeer?) -> [String] {
    (peer?.certificates ?? []).prefix(8).enumerated().map { index, certificate in
      var text = "certificate \(index + 1): \(certificate.subject)"
      if !certificate.names.isEmpty { text += ", for \(certificate.names.prefix(10).joined(separator: ", "))" }
      text += ", valid from \(certificate.notBefore) until \(certificate.notAfter)"
      return text + (certificate.issuer == certificate.subject ? ", self-signed" : ", issued by \(certificate.issuer)")
    }
  }

  private func shakeHands(_ way: Way, _ tls: TLSContext?, _ deadline: Deadline) async -> Handshake {
    let connection: HTTP2Connection
    do throws(NetworkError) {
      let transport = try await network.connect(to: way.address, by: way.route, on: loop, deadline: deadline)
      let engine: TLSEngine?
      do throws(TLSError) {
        engine = try tls.map { context throws(TLSError) in
          try TLSEngine(client: context, host: configuration.hostName(of: server))
        }
      } catch {
        transport.close()
        return Handshake(error: .tls(error))
      }
      connection = HTTP2Connection(loop: loop, transport: transport, tls: engine)
    } catch {
      if case .connect(_, let error) = error { return Handshake(error: .transport(error)) }
      return Handshake(error: .timedOut)
    }
    var result = Handshake()
    do throws(HTTP2ConnectError) {
      try await connection.start(deadline: deadline)
    } catch {
      result.error = error
    }
    result.peer = await connection.tlsPeer
    await connection.close(deadline: Deadline(loop.now))
    return result
  }

  /// After a failure that leaves it open: whether the server speaks TLS instead of plaintext, or the reverse.
  private func speaksOther(_ error: HTTP2ConnectError, _ way: Way, _ deadline: Deadline) async -> Bool {
    switch error {
    case .tls(let error) where error.code != .closed && error.code != .handshake: return false
    case .http1, .peerSpeaksTLS, .goAway, .cancelled: return false
    case .tls, .closedByPeer, .transport, .notHTTP2, .timedOut: break
    }
    guard channel.tls == nil else {
      switch await shakeHands(way, nil, deadline).error {
      case nil, .goAway: return true
      default: return false
      }
    }
    guard let context = try? TLSContext(client: TLSConfiguration()) else { return false }
    switch await shakeHands(way, context, deadline).error {
    case .tls(let error): return error.code != .closed && error.code != .notTLS
    case .timedOut, .transport, .cancelled: return false
    default: return true
    }
  }
}

// MARK: - The export

extension Probe {
  /// An empty request: a server should answer it with success (1.1.13), and nothing is stored anywhere.
  private mutating func export() async {
    let client: GRPCExportClient
    do throws(OTLPError) {
      client = GRPCExportClient(try channel.makeChannel(network: network, loop: loop, .silent))
    } catch {
      return fail(.export, .network(.cancelled), [error.message])
    }
    let result = await send(client, isCompressed: isCompressed)
    switch result {
    case .success(let response):
      var details = ["an empty request\(isCompressed ? ", in gzip," : "") was accepted; no span was sent"]
      if !response.errorMessage.isEmpty {
        details.append("the server says: \(response.errorMessage.sanitized(limit: 500))")
      }
      note(.export, details)
    case .failure(let failure):
      var isTakenPlain = false
      if isCompressed, failure.origin == .server, case .success = await send(client, isCompressed: false) {
        isTakenPlain = true
      }
      fail(.export, .export(failure, isTakenPlain: isTakenPlain))
    }
    await client.shutdown(deadline: Deadline(loop.now + .seconds(1)))
  }

  private func send(_ client: GRPCExportClient, isCompressed: Bool) async -> Result<ExportResponse, AttemptFailure> {
    let body = isCompressed ? Gzip.compress([]) : []
    let message = BufferSlice([isCompressed ? 1 : 0, 0, 0, 0, UInt8(body.count)] + body)
    let deadline = Deadline(loop.now + timeout)
    return await client.send(message, isCompressed: isCompressed, headers: nil, deadline: deadline)
  }
}
