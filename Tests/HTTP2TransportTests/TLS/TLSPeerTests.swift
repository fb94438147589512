import HTTP2Transport
import TestThreads
import Testing

@Suite(.ownThreads) struct TLSPeerTests {
  @Test("the peer shows the server's chain, over TLS 1.3 and 1.2", arguments: [false, true])
  func accepted(onlyTLS12: Bool) throws {
    let pair = try TLSPair(server: .test("chain", onlyTLS12: onlyTLS12))
    pair.talk()
    let peer = pair.client.peer
    #expect(peer.version == (onlyTLS12 ? "TLSv1.2" : "TLSv1.3"))
    #expect(peer.certificates.map(\.subject) == ["/CN=localhost", "/CN=intermediate test authority"])
    #expect(peer.certificates.map(\.issuer) == ["/CN=intermediate test authority", "/CN=swift-otlp test authority"])
    #expect(peer.certificates.first?.names == ["localhost", "*.wild.example", "127.0.0.1", "::1"])
    #expect(peer.certificates.first?.notAfter == "Jan  1 00:00:00 2089 GMT")
  }

  @Test("the peer shows a chain that was refused", arguments: ["expired", "other_server", "other_name", "self_signed"])
  func refused(name: String) throws {
    let pair = try TLSPair(server: .test(name))
    #expect(pair.clientFailure() != nil)
    #expect(pair.client.peer.certificates.count == 1)
    #expect(pair.client.peer.certificates.first?.notAfter.hasSuffix("GMT") == true)
  }

  @Test("the peer shows no chain before the handshake")
  func nothing() throws {
    #expect(try TLSPair().client.peer.certificates.isEmpty)
  }
}
