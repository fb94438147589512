import Glibc
import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private let certificates: String = {
  let root = String("\(#filePath)".split(separator: "/Tests/", maxSplits: 1)[0])
  let folder = root + "/Fixtures/TLS"
  precondition(system("'\(root)/Fixtures/make_certificates.sh' '\(folder)'") == 0, "no test certificates")
  return folder + "/"
}()

/// Makes a call over simulated TLS.
/// - Parameters:
///   - server: The name of the server's certificate file; nil for plaintext.
///   - client: The client's configuration; nil for plaintext.
private func call(
  server: String?, client: TLSConfiguration?, clientCA: String? = nil, host: String = "localhost",
  collector address: UInt32 = 0x7F00_0001
) throws -> (result: GRPCResult, requests: Int) {
  try simulate(seed: 1, limit: .seconds(600)) { simulation in
    simulation.network.setHost(host, .addresses([address]))
    var configuration = LoopbackCollector.Configuration()
    configuration.tls = server.map {
      .init(
        certificate: certificates + "\($0).pem", privateKey: certificates + "\($0).key",
        clientCA: clientCA.map { certificates + $0 })
    }
    let collector = try await LoopbackCollector(configuration, on: .ipv4(address, port: 4317), of: simulation)
    let channel = try GRPCChannel(
      configuration: .init(
        target: .host(host, port: 4317), tls: client.map { try TLSContext(client: $0) }, backoff: .init(seed: 1)),
      network: simulation.network, loop: simulation.loop, diagnostics: .silent)
    let result = await simulation.call(channel, within: .seconds(3))
    await channel.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
    await collector.stop()
    return (result, collector.requestCount)
  }
}

private func trust(_ authority: String = "ca.pem", certificate: String? = nil) -> TLSConfiguration {
  TLSConfiguration(
    trust: .file(certificates + authority), clientCertificate: certificate.map { .file(certificates + "\($0).pem") },
    clientKey: certificate.map { .file(certificates + "\($0).key") })
}

@Suite(.ownThreads) struct TLSTests {
  @Test("a call over TLS succeeds by name, by address, and with a client certificate")
  func succeeds() throws {
    #expect(try call(server: "server", client: trust()).result.code == .ok)
    #expect(try call(server: "server", client: trust(), host: "127.0.0.1").result.code == .ok)
    let mutual = try call(server: "server", client: trust(certificate: "client"), clientCA: "ca.pem")
    #expect(mutual.result.code == .ok)
  }

  @Test(
    "the result has the certificate's fault, and nothing is sent (5.9.9)",
    arguments: [
      ("other_name", TLSError.Code.wrongHost), ("other_server", .unknownAuthority), ("expired", .certificateExpired),
      ("future", .certificateNotYetValid), ("self_signed", .unknownAuthority),
    ])
  func wrongCertificate(server: String, code: TLSError.Code) throws {
    let (result, requests) = try call(server: server, client: trust())
    #expect(result.code == .unavailable)
    #expect(result.cause == .connect)
    #expect(result.fate == .neverProcessed)
    #expect(result.tlsError?.code == code)
    let words = try #require(result.tlsError?.message)
    #expect(result.connectFailure?.contains(words) == true)
    #expect(requests == 0)
  }

  @Test("the result has the lack or the refusal of a client certificate")
  func clientCertificate() throws {
    let none = try call(server: "server", client: trust(), clientCA: "ca.pem")
    #expect(none.result.tlsError?.code == .clientCertificateRequired)
    #expect(none.requests == 0)
    let other = try call(server: "server", client: trust(certificate: "other_client"), clientCA: "ca.pem")
    #expect(other.result.tlsError?.code == .clientCertificateRefused)
  }

  @Test("TLS to a plaintext port fails as such, and never falls back to plaintext (trap 16)")
  func plaintextServer() throws {
    let (result, requests) = try call(server: nil, client: trust())
    #expect(result.tlsError?.code == .notTLS || result.tlsError?.code == .closed)
    #expect(requests == 0)
  }

  @Test("plaintext to a TLS port fails as such")
  func plaintextClient() throws {
    let (result, requests) = try call(server: "server", client: nil)
    #expect(result.connectFailure?.contains("TLS") == true)
    #expect(result.tlsError == nil)
    #expect(requests == 0)
  }
}
