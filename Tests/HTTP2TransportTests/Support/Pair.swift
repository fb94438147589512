import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore

/// A connection and its peer on a simulated network.
struct Pair: Sendable {
  let simulation: Simulation
  let connection: HTTP2Connection
  let peer: FramePeer
  let events: Events

  final class Events: Sendable {
    private let list = Mutex<[HTTP2ConnectionEvent]>([])
    var all: [HTTP2ConnectionEvent] { list.withLock { $0 } }
    func append(_ event: HTTP2ConnectionEvent) { list.withLock { $0.append(event) } }
  }

  static let headers = HeaderBlock([
    .init(name: ":method", value: "POST"), .init(name: ":scheme", value: "http"), .init(name: ":path", value: "/a/b"),
    .init(name: ":authority", value: "x"), .init(name: "te", value: "trailers"),
    .init(name: "content-type", value: "application/grpc"),
    .init(name: "authorization", value: "secret", neverIndexed: true),
  ])

  static func message(_ count: Int) -> HTTP2Request {
    HTTP2Request(
      headers: headers, body: BufferSlice((0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }),
      maxResponseBytes: 1_000)
  }

  /// Starts a request as a task of its own.
  func request(_ count: Int = 100, within limit: Duration = .seconds(10)) -> Task<HTTP2Response, Never> {
    let deadline = Deadline(simulation.now + limit)
    return simulation.task { await connection.request(Pair.message(count), deadline: deadline) }
  }

  func start() async throws { try await connection.start(deadline: Deadline(simulation.now + .seconds(5))) }
}

/// Runs `body` with a connection that isn't started and a peer that is, unless `settings` is nil.
func withPair(
  seed: UInt64 = 1, link: SimulatedLink = SimulatedLink(), configuration: HTTP2Configuration = .init(),
  settings: [(UInt16, UInt32)]? = [], started: Bool = true,
  wrap: @escaping @Sendable (sending any Transport) -> sending any Transport = { $0 },
  _ body: @escaping @Sendable (Pair) async throws -> Void
) throws {
  try simulate(seed: seed, limit: .seconds(600)) { simulation in
    let number = simulation.network.connectEnds(link)
    let loop = simulation.loop
    let peer = FramePeer(loop: loop, transport: simulation.network.end(of: number, .server, on: loop))
    let events = Pair.Events()
    let connection = HTTP2Connection(
      loop: loop, transport: wrap(simulation.network.end(of: number, .client, on: loop)), configuration: configuration
    ) { events.append($0) }
    let pair = Pair(simulation: simulation, connection: connection, peer: peer, events: events)
    try await peer.start(settings: settings)
    if started { try await pair.start() }
    try await body(pair)
    await connection.close(deadline: Deadline(simulation.now))
    await peer.close()
  }
}
