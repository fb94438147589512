import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct TLSVerificationTests {
  /// Names in OpenSSL's notation; `DER:` precedes the bytes of the extension.
  private static let odd: [(name: String, names: String, sections: String)] = [
    ("directory", "dirName:who", "[who]\nCN = somebody"),
    ("other", "otherName:1.2.3.4;UTF8:somebody", ""),
    ("mixed", "email:a@b.c,RID:1.2.3.4,dirName:who,otherName:1.2.3.4;UTF8:x,DNS:a.example", "[who]\nCN = x"),
    ("address of 5 bytes", "DER:30:07:87:05:01:02:03:04:05", ""),
    ("address of none", "DER:30:02:87:00", ""),
    ("empty name", "DER:30:02:82:00", ""),
    ("NUL in a name", "DER:30:0d:82:0b:6c:6f:63:61:6c:68:6f:73:74:00:78", ""),
    ("not UTF-8", "DER:30:05:82:03:ff:fe:80", ""),
    ("control characters", "DER:30:06:82:04:1b:5b:33:0a", ""),
    ("not ASN.1", "DER:ff:ff:ff", ""),
    ("a length beyond the end", "DER:30:7f:82:7e:61", ""),
    ("no names", "DER:30:00", ""),
  ]

  @Test("unusual names in subjectAltName are refused and described before the certificate is verified")
  func names() throws {
    let made = try OddCertificates()
    for (index, odd) in Self.odd.enumerated() {
      try made.make("c\(index)", names: odd.names, sections: odd.sections)
      for client in [TLSConfiguration.test(), made.client("c\(index)")] {
        let pair = try TLSPair(client: client, server: made.server("c\(index)"))
        let failure = try #require(pair.clientFailure(), "\(odd.name)")
        #expect(failure.message.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(odd.name)")
        let certificate = try #require(pair.client.peer.certificates.first, "\(odd.name)")
        #expect(certificate.names.joined().unicodeScalars.allSatisfy { $0.value >= 0x20 })
      }
    }
  }

  @Test("a hundred of thousands of names are shown, and the matching name is found anyway")
  func many() throws {
    let made = try OddCertificates()
    let names = (0..<3000).map { "DNS:n\($0).example" }.joined(separator: ",")
    try made.make("many", names: names + ",DNS:localhost")
    let good = try TLSPair(client: made.client("many"), server: made.server("many"))
    #expect(good.clientFailure() == nil)
    #expect(good.client.peer.certificates.first?.names.count == 100)
    let bad = try TLSPair(client: made.client("many"), server: made.server("many"), host: "elsewhere.example")
    #expect(bad.clientFailure()?.code == .wrongHost)
  }

  @Test("the configured name is verified in the place of the host")
  func serverName() throws {
    var client = TLSConfiguration.test()
    client.serverName = "other.example"
    #expect(try TLSPair(client: client, server: .test("other_name")).clientFailure() == nil)
    #expect(try TLSPair(client: client, server: .test("server")).clientFailure()?.code == .wrongHost)
    client.serverName = "192.0.2.1"
    #expect(try TLSPair(client: client, server: .test("other_name")).clientFailure() == nil)
  }

  @Test("only the URIs of the certificate are compared with a SPIFFE ID, byte for byte")
  func workload() throws {
    let made = try OddCertificates()
    let id = "spiffe://example.org/collector"
    try made.make("spiffe", names: "URI:https://x.example/,URI:\(id)")
    try made.make("dns", names: "DNS:localhost,DNS:example.org,email:\(id)@example.org")
    for host in ["localhost", "elsewhere.example", "127.0.0.1"] {
      let pair = try TLSPair(
        client: made.client("spiffe", serverName: id), server: made.server("spiffe"), host: host)
      #expect(pair.clientFailure() == nil)
      #expect(pair.client.handshake == .done)
    }
    for wrong in [id + "/", id + "s", String(id.dropLast()), "spiffe://example.org", "spiffe://EXAMPLE.org/collector"] {
      let pair = try TLSPair(client: made.client("spiffe", serverName: wrong), server: made.server("spiffe"))
      let failure = try #require(pair.clientFailure())
      #expect(failure.code == .wrongHost)
      #expect(failure.message.hasSuffix("is for https://x.example/, \(id), not for \(wrong)"))
      #expect(pair.server.handshake != .done)
    }
    let dns = try TLSPair(client: made.client("dns", serverName: id), server: made.server("dns"))
    #expect(dns.clientFailure()?.code == .wrongHost)
    let untrusted = try TLSPair(
      client: .init(trust: .file(CertificateFixtures.path("ca.pem")), serverName: id), server: made.server("spiffe"))
    #expect(untrusted.clientFailure()?.code == .unknownAuthority)
  }

  @Test("only a connection to the same SPIFFE ID resumes a session", arguments: [false, true])
  func workloadResumes(onlyTLS12: Bool) throws {
    let made = try OddCertificates()
    let id = "spiffe://example.org/a"
    try made.make("spiffe", names: "URI:\(id)")
    var configuration = made.server("spiffe")
    (configuration.onlyTLS12, configuration.issuesTickets) = (onlyTLS12, true)
    let server = try TLSServerContext(configuration)
    let client = try TLSContext(client: made.client("spiffe", serverName: id))
    for round in 0..<3 {
      let pair = try TLSPair(client: client, server: server)
      #expect(pair.clientFailure() == nil)
      #expect(pair.client.isResumed == (round > 0))
    }
    let other = try TLSContext(client: made.client("spiffe", serverName: id + "b"))
    #expect(try TLSPair(client: other, server: server).clientFailure()?.code == .wrongHost)
  }

  @Test("an older version than the minimum is refused, and the error names the minimum")
  func minimumVersion() throws {
    var client = TLSConfiguration.test()
    client.minimumVersion = .tls13
    #expect(try TLSPair(client: client).clientFailure() == nil)
    let failure = try #require(try TLSPair(client: client, server: .test("server", onlyTLS12: true)).clientFailure())
    #expect(failure.code == .handshake)
    #expect(failure.message.contains("(TLS 1.3 or newer)"))
    #expect(try TLSPair(client: .test(), server: .test("server", onlyTLS12: true)).clientFailure() == nil)
  }

  @Test(
    "the error for an unsuitable client key names the key and the algorithms that the server accepts",
    arguments: [false, true])
  func unsupportedKey(onlyTLS12: Bool) throws {
    let made = try OddCertificates()
    for (name, key, algorithms, words) in [
      (
        "ed", "ed25519", "ECDSA+SHA256:rsa_pss_rsae_sha256", ["ED25519", "ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256"]
      ),
      (
        "pss", "rsa-pss -pkeyopt rsa_keygen_bits:2048", "RSA-PSS+SHA256:ECDSA+SHA256",
        ["RSA-PSS", "rsa_pss_rsae_sha256"]
      ),
      ("p384", "ec -pkeyopt ec_paramgen_curve:P-384", "rsa_pss_rsae_sha256:ed25519", ["EC secp384r1", "ed25519"]),
    ] {
      try made.make(name, key: key)
      var client = TLSConfiguration.test()
      client.clientCertificate = .file(made.path("\(name).pem"))
      client.clientKey = .file(made.path("\(name).key"))
      var server = TLSServerConfiguration.test("server", onlyTLS12: onlyTLS12)
      server.clientAuthorities = made.path("\(name).pem")
      #expect(try TLSPair(client: client, server: server).clientFailure() == nil, "\(name) is good otherwise")
      server.clientSignatureAlgorithms = algorithms
      let failure = try #require(try TLSPair(client: client, server: server).clientFailure())
      #expect(failure.code == .clientKeyUnsupported, "\(failure)")
      #expect(
        failure.message.contains("localhost requires a client certificate: it takes no signature of the configured"))
      for word in words { #expect(failure.message.contains(word), "\(failure)") }
    }
  }
}
