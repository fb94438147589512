import HTTP2Transport
import OTLPTesting
import TelemetryCore

/// A client and a server that exchange ciphertext in memory.
struct TLSPair {
  let client: TLSEngine
  let server: TLSEngine

  init(
    client: TLSConfiguration = .init(trust: .file(CertificateFixtures.path("ca.pem"))),
    server: TLSServerConfiguration = .test("server"), host: String = "localhost"
  ) throws {
    self.client = try TLSEngine(client: TLSContext(client: client), host: host)
    self.server = try TLSEngine(server: TLSServerContext(server))
  }

  init(client: TLSContext, server: TLSServerContext, host: String = "localhost", place: String = "") throws {
    self.client = try TLSEngine(client: client, host: host, place: place)
    self.server = try TLSEngine(server: server)
  }

  /// Lets both talk until neither has anything to say.
  func talk(chunk: Int = .max) {
    client.start()
    server.start()
    while client.outputCount + server.outputCount > 0 {
      client.move(to: server, chunk)
      server.move(to: client, chunk)
    }
  }

  /// After the handshake both read once: some refusals arrive only then (TLS 1.3).
  func clientFailure() -> TLSError? {
    talk()
    if case .failed(let error) = client.handshake { return error }
    if case .failed(let error) = client.readAll().result { return error }
    return nil
  }

  var serverFailure: TLSError? {
    if case .failed(let error) = server.handshake { return error }
    return nil
  }
}

extension TLSServerConfiguration {
  static func test(
    _ name: String, clientAuthorities: String? = nil, protocols: [String] = ["h2"], onlyTLS12: Bool = false
  ) -> TLSServerConfiguration {
    .init(
      certificate: CertificateFixtures.path("\(name).pem"), key: CertificateFixtures.path("\(name).key"),
      clientAuthorities: clientAuthorities.map(CertificateFixtures.path), applicationProtocols: protocols,
      onlyTLS12: onlyTLS12)
  }
}

extension TLSConfiguration {
  /// Trusts the test authority, and shows a client certificate if one is named.
  static func test(certificate: String? = nil) -> TLSConfiguration {
    .init(
      trust: .file(CertificateFixtures.path("ca.pem")),
      clientCertificate: certificate.map { .file(CertificateFixtures.path("\($0).pem")) },
      clientKey: certificate.map { .file(CertificateFixtures.path("\($0).key")) })
  }
}

extension TLSEngine {
  func move(to other: TLSEngine, _ chunk: Int = .max) {
    withOutput { bytes in
      let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(chunk))
      other.receive(part)
      return part.count
    }
  }

  func receive(_ bytes: [UInt8]) { bytes.withUnsafeBytes { receive($0) } }

  func takeOutput() -> [UInt8] {
    var output: [UInt8] = []
    withOutput {
      output = Array($0)
      return $0.count
    }
    return output
  }

  func write(_ bytes: [UInt8]) -> Result { bytes.withUnsafeBytes { write($0) } }

  func readAll() -> (bytes: [UInt8], result: Result) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let result = buffer.withUnsafeMutableBytes { read(into: $0) }
      guard case .bytes(let count) = result else { return (bytes, result) }
      bytes += buffer[..<count]
    }
  }
}
