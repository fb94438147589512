internal import COTLPOpenSSL
internal import HTTP2Transport
internal import OTLPSystem
internal import Synchronization
internal import TelemetryCore

/// Certificates for tests, as PEM files in a directory: an authority, and a server's and a client's certificate that the
/// authority signed. They are valid for a day. Never trust them outside of tests.
///
/// ```swift
/// let certificates = try TestCertificates()
/// let collector = try await LoopbackCollector(.init(port: 0, tls: certificates.server))
/// var configuration = OTLPGRPCExporter.Configuration(endpoint: collector.endpoint)
/// configuration.certificate = .file(certificates.authority)
/// ```
public final class TestCertificates: Sendable {
  /// The directory of the files. Only the current user can read it.
  public let directory: String
  /// The authority's certificate.
  public let authority: String
  /// The server's certificate.
  public let certificate: String
  /// The private key of ``certificate``.
  public let privateKey: String
  /// A client's certificate, for servers that require one.
  public let clientCertificate: String
  /// The private key of ``clientCertificate``.
  public let clientKey: String

  private let isRemoved = Atomic<Bool>(false)

  /// Makes the certificates in a new temporary directory. ``remove()`` or the end of the last reference removes it.
  /// - Parameter hosts: The names and IP addresses of the server's certificate.
  /// - Throws: An error if a file can't be written or OpenSSL fails.
  public init(hosts: [String] = ["localhost", "127.0.0.1", "::1"]) throws {
    TLSLibrary.initialize()
    directory = try Self.makeDirectory()
    authority = directory + "/authority.pem"
    certificate = directory + "/server.pem"
    privateKey = directory + "/server.key"
    clientCertificate = directory + "/client.pem"
    clientKey = directory + "/client.key"
    do {
      let issuer = try TestCertificate(
        commonName: "swift-otlp test authority", issuer: nil, serial: 1,
        extensions: [
          (NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
        ])
      let names = hosts.map { Self.isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }.joined(separator: ",")
      let server = try TestCertificate(
        commonName: hosts.first ?? "localhost", issuer: issuer, serial: 2,
        extensions: [(NID_subject_alt_name, names), (NID_ext_key_usage, "serverAuth")])
      let client = try TestCertificate(
        commonName: "swift-otlp test client", issuer: issuer, serial: 3,
        extensions: [(NID_ext_key_usage, "clientAuth")])
      try issuer.writeCertificate(to: authority)
      try server.writeCertificate(to: certificate)
      try server.writeKey(to: privateKey)
      try client.writeCertificate(to: clientCertificate)
      try client.writeKey(to: clientKey)
    } catch {
      remove()
      throw error
    }
  }

  /// The files for a collector with TLS.
  public var server: LoopbackCollector.TLS { .init(certificate: certificate, privateKey: privateKey) }

  /// The files for a collector that requires a client certificate.
  public var mutualServer: LoopbackCollector.TLS {
    .init(certificate: certificate, privateKey: privateKey, clientCA: authority)
  }

  /// Removes the files.
  public func remove() {
    guard !isRemoved.exchange(true, ordering: .relaxed) else { return }
    for file in [authority, certificate, privateKey, clientCertificate, clientKey] { unsafe unlink(file) }
    unsafe rmdir(directory)
  }

  deinit { remove() }

  private static func isAddress(_ host: String) -> Bool {
    host.contains(":") || host.utf8.allSatisfy { $0.isASCIIDigit || $0 == UInt8(ascii: ".") }
  }

  private static func makeDirectory() throws -> String {
    let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    guard let template = unsafe strdup((base.isEmpty ? "/tmp" : base) + "/swift-otlp-XXXXXX") else {
      throw TestCertificatesError(what: "out of memory")
    }
    defer { unsafe free(template) }
    guard unsafe mkdtemp(template) != nil else { throw TestCertificatesError(what: "mkdtemp: errno \(errno)") }
    return unsafe String(cString: template)
  }
}
