import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct TLSSessionTests {
  private func server(onlyTLS12: Bool = false, clientAuthorities: String? = nil) throws -> TLSServerContext {
    var configuration = TLSServerConfiguration.test(
      "server", clientAuthorities: clientAuthorities, onlyTLS12: onlyTLS12)
    configuration.issuesTickets = true
    return try TLSServerContext(configuration)
  }

  /// Connects, reads what the server has to say (tickets too), and tells whether the session was resumed.
  private func connect(
    _ client: TLSContext, _ server: TLSServerContext, host: String = "localhost", place: String = ""
  ) throws -> Bool {
    let pair = try TLSPair(client: client, server: server, host: host, place: place)
    #expect(pair.clientFailure() == nil)
    #expect(pair.client.handshake == .done)
    #expect(pair.client.isResumed == pair.server.isResumed)
    #expect(pair.server.write([1, 2, 3]) == .bytes(3))
    pair.server.move(to: pair.client)
    #expect(pair.client.readAll().bytes == [1, 2, 3])
    return pair.client.isResumed
  }

  @Test("the second connection resumes the first one's session, over TLS 1.3 and 1.2", arguments: [false, true])
  func resumes(onlyTLS12: Bool) throws {
    let client = try TLSContext(client: .test())
    let server = try server(onlyTLS12: onlyTLS12)
    #expect(try !connect(client, server))
    for _ in 0..<10 { #expect(try connect(client, server)) }
  }

  @Test("with a client certificate too")
  func mutual() throws {
    let client = try TLSContext(client: .test(certificate: "client"))
    let server = try server(clientAuthorities: "ca.pem")
    #expect(try !connect(client, server))
    #expect(try connect(client, server))
  }

  @Test("a connection that ends without a goodbye leaves its session usable", arguments: [false, true])
  func abruptEnd(onlyTLS12: Bool) throws {
    let client = try TLSContext(client: .test())
    let server = try server(onlyTLS12: onlyTLS12)
    for round in 0..<4 {
      let pair = try TLSPair(client: client, server: server)
      pair.talk()
      _ = pair.client.readAll()
      #expect(pair.client.isResumed == (round > 0))
      pair.client.receiveEnd()
      _ = pair.client.readAll()
    }
  }

  @Test("a ticket of TLS 1.3 is used once")
  func singleUse() throws {
    let client = try TLSContext(client: .test())
    let server = try server()
    let sessions = client.sessions
    #expect(try !connect(client, server))
    let tickets = sessions.count
    #expect(tickets > 0)
    for left in (0..<tickets).reversed() {
      _ = try TLSEngine(client: client, host: "localhost")
      #expect(sessions.count == left)
    }
    #expect(try !connect(client, server))
  }

  @Test("a session is resumed for the same name at the same place only: the certificate isn't checked again")
  func otherPeers() throws {
    let client = try TLSContext(client: .test())
    let server = try server()
    #expect(try !connect(client, server, place: "a"))
    #expect(try !connect(client, server, host: "127.0.0.1", place: "a"))
    #expect(try !connect(client, server, place: "b"))
    #expect(throws: Never.self) { try connect(client, server, place: "a") }
    let wrong = try TLSPair(client: client, server: server, host: "elsewhere.example", place: "a")
    #expect(wrong.clientFailure()?.code == .wrongHost)
  }

  @Test("another context knows none of the sessions")
  func otherContext() throws {
    let server = try server()
    #expect(try !connect(try TLSContext(client: .test()), server))
    #expect(try !connect(try TLSContext(client: .test()), server))
  }

  @Test("a server that doesn't know the ticket shakes hands in full; one that fails the handshake is begun anew with")
  func restartedServer() throws {
    let client = try TLSContext(client: .test())
    #expect(try !connect(client, try server()))
    #expect(try !connect(client, try server()))
    let pair = try TLSPair(client: client, server: try server())
    pair.client.start()
    pair.client.receiveEnd()
    #expect(client.sessions.count == 0)
  }

  @Test("a server without tickets leaves none")
  func noTickets() throws {
    let client = try TLSContext(client: .test())
    let server = try TLSServerContext(.test("server"))
    for _ in 0..<2 { #expect(try !connect(client, server)) }
  }
}

@Suite(.ownThreads) struct TLSSessionStoreTests {
  private static let start = TLSSessionMoment(monotonic: .init(nanoseconds: 1), wall: 1_000_000)
  private let good = TLSSessionValidity(verified: start, certificatesEndIn: 1_000_000)

  private func moment(_ monotonic: Duration, _ wall: Int64) -> TLSSessionMoment {
    TLSSessionMoment(monotonic: Self.start.monotonic + monotonic, wall: Self.start.wall &+ wall)
  }

  @Test("the newest first, once; bounded for each peer and in all")
  func bounds() {
    var store = TLSSessionStore<Int>(capacity: 5, perPeer: 2)
    for number in 1...3 { store.keep(number, of: "a", isSingleUse: true, validity: good) }
    #expect(store.count == 2)
    for number in 4...5 { store.keep(number, of: "b", isSingleUse: true, validity: good) }
    for number in 6...7 { store.keep(number, of: "c", isSingleUse: true, validity: good) }
    #expect(store.count == 5)
    let taken = ["a", "a", "c", "c", "d"].map { store.take(for: $0, at: Self.start)?.session }
    #expect(taken == [3, nil, 7, 6, nil])
  }

  @Test("a session that may be used again stays until the peer is forgotten")
  func reuse() {
    var store = TLSSessionStore<Int>()
    store.keep(1, of: "a", isSingleUse: false, validity: good)
    let taken = (0..<3).map { _ in store.take(for: "a", at: Self.start)?.session }
    #expect(taken == [1, 1, 1])
    store.forget("a")
    #expect(store.count == 0)
  }

  @Test("an hour after the last full handshake, by either clock, or when the clock was set back, it holds no longer")
  func age() {
    #expect(good.holds(at: moment(.zero, 0)))
    #expect(good.holds(at: moment(.seconds(3599), 3599)))
    for past in [
      moment(.seconds(3600), 10), moment(.seconds(10), 3600), moment(.seconds(1), -1), moment(.zero, .max),
      moment(.zero, .min),
    ] {
      #expect(!good.holds(at: past), "\(past)")
      var store = TLSSessionStore<Int>()
      store.keep(1, of: "a", isSingleUse: false, validity: good)
      #expect(store.take(for: "a", at: past) == nil)
      #expect(store.count == 0)
    }
  }

  @Test("nor beyond the end of a certificate, whatever its distance")
  func certificatesEnd() {
    for (left, holds) in [(Int64(61), true), (60, false), (0, false), (-1, false), (.min, false), (.max, true)] {
      let validity = TLSSessionValidity(verified: Self.start, certificatesEndIn: left)
      #expect(validity.holds(at: moment(.seconds(60), 60)) == holds, "\(left)")
    }
  }
}

@Suite(.ownThreads) struct TLSSessionEndTests {
  private final class Clock: Sendable {
    private let offset = Mutex<Int64>(0)
    func advance(_ seconds: Int64) { offset.withLock { $0 += seconds } }
    var clock: TLSSessionClock {
      TLSSessionClock {
        let offset = self.offset.withLock { $0 }
        let now = TLSSessionClock.system.moment()
        return TLSSessionMoment(monotonic: now.monotonic + .seconds(offset), wall: now.wall + offset)
      }
    }
  }

  /// Connects and tells whether the session was resumed.
  private func connect(_ client: TLSContext, _ server: TLSServerContext) throws -> Bool {
    let pair = try TLSPair(client: client, server: server)
    #expect(pair.clientFailure() == nil)
    return pair.client.isResumed
  }

  private func server(_ configuration: TLSServerConfiguration, _ onlyTLS12: Bool) throws -> TLSServerContext {
    var configuration = configuration
    (configuration.onlyTLS12, configuration.issuesTickets) = (onlyTLS12, true)
    return try TLSServerContext(configuration)
  }

  @Test(
    "sessions that come of resumed ones don't go on for ever: an hour after the full handshake there is another",
    arguments: [false, true])
  func chain(onlyTLS12: Bool) throws {
    let clock = Clock()
    let client = try TLSContext(client: .test(), clock: clock.clock)
    let server = try server(.test("server"), onlyTLS12)
    #expect(try !connect(client, server))
    for _ in 0..<5 {
      clock.advance(600)
      #expect(try connect(client, server))
    }
    clock.advance(600)
    #expect(try !connect(client, server))
    #expect(try connect(client, server))
  }

  @Test("when the server's certificate has ended it is verified again", arguments: [false, true])
  func expiry(onlyTLS12: Bool) throws {
    let made = try OddCertificates()
    try made.make("short", names: "DNS:localhost")
    try made.shorten("short", to: 1800)
    let clock = Clock()
    let client = try TLSContext(client: made.client("short"), clock: clock.clock)
    let server = try server(made.server("short"), onlyTLS12)
    #expect(try !connect(client, server))
    clock.advance(1600)
    #expect(try connect(client, server))
    clock.advance(200)
    #expect(try !connect(client, server))
  }
}
