import HTTP2Transport
import TestThreads
import Testing

@Suite(.ownThreads) struct TLSFileTests {
  private func failure(_ configuration: TLSConfiguration) -> TLSError? {
    do throws(TLSError) {
      _ = try TLSContext(client: configuration)
      return nil
    } catch {
      return error
    }
  }

  private func authority(_ path: String) -> TLSError? { failure(.init(trust: .file(path))) }

  private func client(_ certificate: String?, _ key: String?) -> TLSError? {
    failure(
      .init(
        trust: .file(TestCertificates.path("ca.pem")), clientCertificate: certificate.map(TestCertificates.path),
        clientKey: key.map(TestCertificates.path)))
  }

  @Test("trap 15: an unreadable CA file is an error that names it, never the system's authorities")
  func missing() {
    let error = authority("/nonexistent/ca.pem")
    #expect(error?.code == .badFile)
    #expect(error?.message == "CA file '/nonexistent/ca.pem' can't be read: No such file or directory")
    #expect(authority("/tmp")?.message == "CA file '/tmp' can't be read: Is a directory")
  }

  @Test("a CA file that is empty, not PEM, DER, without certificate or damaged")
  func badAuthority() {
    let empty = TestCertificates.temporary("empty.pem", [])
    #expect(authority(empty)?.message == "CA file '\(empty)' is empty")
    let text = TestCertificates.temporary("text.pem", Array("no certificate\n".utf8))
    #expect(authority(text)?.message == "CA file '\(text)' is not PEM")
    let der = TestCertificates.path("ca.der")
    #expect(authority(der)?.message == "CA file '\(der)' is DER, not PEM")
    let key = TestCertificates.path("server.key")
    #expect(authority(key)?.message == "CA file '\(key)' holds no certificate")
    let whole = TestCertificates.contents("ca.pem")
    let cut = TestCertificates.temporary("cut.pem", whole + whole.prefix(200))
    #expect(authority(cut)?.message.hasPrefix("CA file '\(cut)' is damaged: certificate 2 can't be read (") == true)
  }

  @Test("a client certificate and its key: unreadable, alone, exchanged, encrypted or of different pairs")
  func badClient() {
    #expect(client("client.pem", "client.key") == nil)
    #expect(client("chain.pem", "chain.key") == nil)
    #expect(client("client.pem", nil)?.message.contains("without a client key file") == true)
    #expect(client(nil, "client.key")?.message.contains("without a client certificate file") == true)
    #expect(client("no.pem", "client.key")?.message.contains("no.pem' can't be read") == true)
    #expect(client("client.pem", "no.key")?.message.contains("no.key' can't be read") == true)
    #expect(client("client.key", "client.key")?.message.contains("holds no certificate") == true)
    #expect(client("client.pem", "client.pem")?.message.contains("holds no private key") == true)
    #expect(client("server.pem", "encrypted.key")?.message.contains("is encrypted") == true)
    let mismatch = client("client.pem", "server.key")
    #expect(mismatch?.code == .badFile)
    #expect(mismatch?.message.contains("server.key' doesn't belong to the certificate in '") == true)
    #expect(client("client.pem", "rsa.key")?.message.contains("doesn't belong") == true)
  }

  @Test("a server's files are checked too")
  func badServer() throws {
    let good = TLSServerConfiguration.test("server", clientAuthorities: "ca.pem")
    _ = try TLSContext(server: good)
    for change in [\TLSServerConfiguration.certificate, \.key] {
      var bad = good
      bad[keyPath: change] = "/nonexistent"
      #expect(throws: TLSError.self) { try TLSContext(server: bad) }
    }
    var bad = good
    bad.clientAuthorities = "/nonexistent"
    #expect(throws: TLSError.self) { try TLSContext(server: bad) }
  }
}
