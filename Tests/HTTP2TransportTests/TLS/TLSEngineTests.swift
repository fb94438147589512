import HTTP2Transport
import OTLPTesting
import TestThreads
import Testing

@Suite(.ownThreads) struct TLSEngineTests {
  @Test("h2 is negotiated over TLS 1.3 and 1.2 (RULES 5.6.2, 5.6.3)", arguments: [false, true])
  func agrees(onlyTLS12: Bool) throws {
    let pair = try TLSPair(server: .test("server", onlyTLS12: onlyTLS12))
    pair.talk()
    #expect(pair.client.handshake == .done)
    #expect(pair.server.handshake == .done)
    #expect(pair.client.write(Array("ping".utf8)) == .bytes(4))
    pair.client.move(to: pair.server)
    #expect(pair.server.readAll().bytes == Array("ping".utf8))
  }

  @Test("the handshake may arrive byte by byte")
  func bytewise() throws {
    let pair = try TLSPair()
    pair.talk(chunk: 1)
    #expect(pair.client.handshake == .done)
    #expect(pair.server.handshake == .done)
  }

  @Test(
    "names, wildcards and addresses of the certificate are accepted (RULES 5.6.5, 2.2.8)",
    arguments: [
      "localhost", "LOCALHOST", "localhost.", "a.wild.example", "127.0.0.1", "::1", "[::1]", "::1%lo", "0::1",
    ])
  func accepts(host: String) throws {
    let pair = try TLSPair(host: host)
    #expect(pair.clientFailure() == nil)
    #expect(pair.client.handshake == .done)
  }

  @Test(
    "other names and addresses are refused, and the error lists the certificate's names (RULES 5.6.5)",
    arguments: ["example.org", "wild.example", "a.b.wild.example", "127.0.0.2", "::2"])
  func refuses(host: String) throws {
    let pair = try TLSPair(host: host)
    let error = try #require(pair.clientFailure())
    #expect(error.code == .wrongHost)
    #expect(error.message.contains("is for localhost, *.wild.example, 127.0.0.1, ::1, not for \(host)"))
    #expect(pair.serverFailure?.code == .badCertificate)
  }

  @Test("a certificate without names is refused, whatever its common name (RFC 9525, 2)")
  func commonName() throws {
    let error = try #require(TLSPair(server: .test("no_name")).clientFailure())
    #expect(error.code == .wrongHost)
    #expect(error.message.contains("holds no names"))
  }

  @Test(
    "each wrong certificate has an error of its own",
    arguments: [
      ("other_name", TLSError.Code.wrongHost, "other.example, 192.0.2.1"),
      ("other_server", .unknownAuthority, "another test authority"),
      ("self_signed", .unknownAuthority, "self-signed"),
      ("expired", .certificateExpired, "expired on Jan  1 00:00:00 2001 GMT"),
      ("future", .certificateNotYetValid, "not valid before Jan  1 00:00:00 2090 GMT"),
    ])
  func wrongCertificate(name: String, code: TLSError.Code, words: String) throws {
    for onlyTLS12 in [false, true] {
      let pair = try TLSPair(server: .test(name, onlyTLS12: onlyTLS12))
      let error = try #require(pair.clientFailure())
      #expect(error.code == code)
      #expect(error.message.contains(words), "\(error)")
      #expect(pair.client.handshake == .failed(error))
    }
  }

  @Test("an intermediate is sent with the certificate or is a trusted authority")
  func intermediate() throws {
    #expect(try TLSPair(server: .test("chain")).clientFailure() == nil)
    let partial = TLSConfiguration(trust: .file(CertificateFixtures.path("chain.pem")))
    #expect(try TLSPair(client: partial, server: .test("chain")).clientFailure() == nil)
  }

  @Test("a self-signed certificate is accepted if it is itself the CA file")
  func selfSigned() throws {
    let trust = TLSConfiguration(trust: .file(CertificateFixtures.path("self_signed.pem")))
    #expect(try TLSPair(client: trust, server: .test("self_signed")).clientFailure() == nil)
  }

  @Test("an RSA certificate works too, over TLS 1.2 and 1.3", arguments: [false, true])
  func rsa(onlyTLS12: Bool) throws {
    #expect(try TLSPair(server: .test("rsa", onlyTLS12: onlyTLS12)).clientFailure() == nil)
  }

  @Test("a CA file replaces the system's authorities; these don't know the test authority")
  func systemTrust() throws {
    let error = try #require(TLSPair(client: .init()).clientFailure())
    #expect(error.code == .unknownAuthority)
    #expect(error.message.contains("the system's trusted authorities"))
  }

  @Test("the configured server name replaces the host (RULES 5.6.6)")
  func serverName() throws {
    var configuration = TLSConfiguration.test()
    configuration.serverName = "other.example"
    #expect(try TLSPair(client: configuration, server: .test("other_name")).clientFailure() == nil)
    #expect(try TLSPair(client: configuration).clientFailure()?.code == .wrongHost)
  }

  @Test("SNI contains the host's name, never an address (RULES 5.6.3, 2.2.8)")
  func serverNameIndication() throws {
    for (host, isSent) in [("localhost", true), ("127.0.0.1", false), ("::1", false)] {
      let pair = try TLSPair(host: host)
      pair.client.start()
      let hello = pair.client.takeOutput()
      let name = Array(host.utf8)
      #expect(hello.indices.contains { hello[$0...].starts(with: name) } == isSent)
    }
  }

  @Test("a host that can't be a server name is an error", arguments: ["", String(repeating: "a", count: 300)])
  func badHost(host: String) throws {
    let context = try TLSContext(client: .test())
    #expect(throws: TLSError.self) { try TLSEngine(client: context, host: host) }
  }
}

@Suite(.ownThreads) struct TLSProtocolTests {
  @Test("a server that doesn't negotiate h2 is refused (RULES 5.6.2)", arguments: [[], ["http/1.1"]])
  func noALPN(protocols: [String]) throws {
    let error = try #require(TLSPair(server: .test("server", protocols: protocols)).clientFailure())
    #expect(error.code == .noALPN)
    #expect(error.message.contains("HTTP/2"))
  }

  @Test(
    "a server that speaks plaintext is recognized by its first bytes",
    arguments: [
      ("HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1"), ("\0\0\u{6}\u{4}\0\0\0\0\0", "HTTP/2"),
      ("220 smtp\r\n", "plaintext"),
      ("\u{17}", "plaintext"),
    ])
  func plaintextServer(answer: String, words: String) throws {
    let pair = try TLSPair()
    pair.client.start()
    pair.client.receive(Array(answer.utf8))
    guard case .failed(let error) = pair.client.handshake else { return #expect(Bool(false)) }
    #expect(error.code == (words == "HTTP/1" ? .http1 : .notTLS))
    #expect(error.message.contains(words))
  }

  @Test("a client that speaks plaintext is recognized by its first bytes")
  func plaintextClient() throws {
    let pair = try TLSPair()
    pair.server.start()
    pair.server.receive(Array("PRI * HTTP/2.0\r\n".utf8))
    #expect(pair.serverFailure?.code == .notTLS)
  }

  @Test("a connection that is closed during the handshake fails with its own error")
  func closedInHandshake() throws {
    let pair = try TLSPair()
    pair.client.start()
    pair.client.receiveEnd()
    guard case .failed(let error) = pair.client.handshake else { return #expect(Bool(false)) }
    #expect(error.code == .closed)
    #expect(error.message.contains("localhost closed the connection in the TLS handshake"))
  }

  @Test("garbage after a record's header fails the handshake")
  func garbage() throws {
    let pair = try TLSPair()
    pair.client.start()
    pair.client.receive([0x16, 3, 3, 0, 4, 9, 9, 9, 9])
    guard case .failed(let error) = pair.client.handshake else { return #expect(Bool(false)) }
    #expect(error.code == .handshake)
  }

  @Test("a server that wants a client certificate gets it", arguments: [false, true])
  func clientCertificate(onlyTLS12: Bool) throws {
    let server = TLSServerConfiguration.test("server", clientAuthorities: "ca.pem", onlyTLS12: onlyTLS12)
    let pair = try TLSPair(client: .test(certificate: "client"), server: server)
    #expect(pair.clientFailure() == nil)
    #expect(pair.server.handshake == .done)
  }

  @Test(
    "a client without a certificate learns why it is refused, in TLS 1.3 after its handshake", arguments: [false, true])
  func missingClientCertificate(onlyTLS12: Bool) throws {
    let server = TLSServerConfiguration.test("server", clientAuthorities: "ca.pem", onlyTLS12: onlyTLS12)
    let pair = try TLSPair(server: server)
    let error = try #require(pair.clientFailure())
    #expect(error.code == .clientCertificateRequired)
    #expect(error.message.contains("requires a client certificate"))
    #expect(pair.serverFailure?.code == .clientCertificateRequired)
    if !onlyTLS12 { #expect(pair.client.handshake == .done) }
  }

  @Test(
    "a client certificate of another authority is refused, and the client learns the reason", arguments: [false, true])
  func refusedClientCertificate(onlyTLS12: Bool) throws {
    let server = TLSServerConfiguration.test("server", clientAuthorities: "ca.pem", onlyTLS12: onlyTLS12)
    let pair = try TLSPair(client: .test(certificate: "other_client"), server: server)
    let error = try #require(pair.clientFailure())
    #expect(error.code == .clientCertificateRefused)
    #expect(pair.serverFailure?.code == .unknownAuthority)
    #expect(pair.serverFailure?.message.contains("another test authority") == true)
  }

  @Test("close_notify ends the stream, and the transport's end without close_notify is an error")
  func ends() throws {
    var pair = try TLSPair()
    pair.talk()
    pair.server.close()
    pair.server.move(to: pair.client)
    #expect(pair.client.readAll().result == .end)

    pair = try TLSPair()
    pair.talk()
    pair.client.receiveEnd()
    guard case .failed(let error) = pair.client.readAll().result else { return #expect(Bool(false)) }
    #expect(error.code == .closed)
  }

  @Test("damaged ciphertext after the handshake is an error")
  func damaged() throws {
    let pair = try TLSPair()
    pair.talk()
    #expect(pair.server.write([1, 2, 3]) == .bytes(3))
    var output = pair.server.takeOutput()
    output[output.count - 1] ^= 1
    pair.client.receive(output)
    guard case .failed(let error) = pair.client.readAll().result else { return #expect(Bool(false)) }
    #expect(error.code == .connection)
  }
}

@Suite(.ownThreads) struct TLSRecordTests {
  private func slices(_ parts: [[UInt8]], _ body: (UnsafeBufferPointer<IOSlice>) -> Void) {
    let memory = parts.map { part in
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: part.count, alignment: 1)
      copy.copyBytes(from: part)
      return copy
    }
    defer { for block in memory { block.deallocate() } }
    memory.map { IOSlice(start: $0.baseAddress!, count: $0.count) }.withUnsafeBufferPointer(body)
  }

  @Test("slices are gathered into records of 16 KiB, whatever their sizes")
  func gathers() throws {
    let pair = try TLSPair()
    pair.talk()
    let parts = [9, 16_375, 9, 40_000, 0, 1, 16_384, 5].enumerated().map { index, count in
      [UInt8](repeating: UInt8(index), count: count)
    }
    let total = parts.reduce(0) { $0 + $1.count }
    slices(parts) { #expect(pair.client.write($0) == .bytes(total)) }
    // Each record costs 22 bytes in TLS 1.3 (5 of head, 1 of type, 16 of tag).
    let records = (total + TLSEngine.recordSize - 1) / TLSEngine.recordSize
    #expect(pair.client.outputCount == total + records * 22)
    pair.client.move(to: pair.server)
    let (bytes, result) = pair.server.readAll()
    #expect(bytes == parts.flatMap { $0 })
    #expect(result == .wouldBlock)
  }

  @Test("output may be sent in pieces while more is written")
  func partialOutput() throws {
    let pair = try TLSPair()
    pair.talk()
    var sent: [UInt8] = []
    var received: [UInt8] = []
    for round in 0..<50 {
      let bytes = (0..<7_919).map { UInt8(truncatingIfNeeded: $0 &* round) }
      sent += bytes
      #expect(pair.client.write(bytes) == .bytes(bytes.count))
      pair.client.move(to: pair.server, 1 + round * 311)
      received += pair.server.readAll().bytes
    }
    while pair.client.outputCount > 0 { pair.client.move(to: pair.server) }
    received += pair.server.readAll().bytes
    #expect(received == sent)
  }

  @Test("nothing is read or written before the handshake is done")
  func tooEarly() throws {
    let pair = try TLSPair()
    #expect(pair.client.write([1]) == .wouldBlock)
    #expect(pair.client.readAll().result == .wouldBlock)
  }
}
