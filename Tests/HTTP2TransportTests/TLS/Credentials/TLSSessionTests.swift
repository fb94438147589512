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

  @Test("the second connection with a client certificate resumes the session")
  func mutual() throws {
    let client = try TLSContext(client: .test(certificate: "client"))
    let server = try server(clientAuthorities: "ca.pem")
    #expect(try !connect(client, server))
    #expect(try connect(client, server))
  }

  @Test("a connection that ends without close_notify leaves its session usable", arguments: [false, true])
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

  @Test("a ticket of TLS 1.3 is used once (RFC 8446, C.4)")
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

  @Test("a session is resumed only for the same name at the same address, because the certificate isn't verified again")
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

  @Test("contexts share no sessions")
  func otherContext() throws {
    let server = try server()
    #expect(try !connect(try TLSContext(client: .test()), server))
    #expect(try !connect(try TLSContext(client: .test()), server))
  }

  @Test("an unknown ticket leads to a full handshake, and a failed handshake removes the sessions")
  func restartedServer() throws {
    let client = try TLSContext(client: .test())
    #expect(try !connect(client, try server()))
    #expect(try !connect(client, try server()))
    let pair = try TLSPair(client: client, server: try server())
    pair.client.start()
    pair.client.receiveEnd()
    #expect(client.sessions.count == 0)
  }

  @Test("a server without tickets leaves no session")
  func noTickets() throws {
    let client = try TLSContext(client: .test())
    let server = try TLSServerContext(.test("server"))
    for _ in 0..<2 { #expect(try !connect(client, server)) }
  }
}
