internal import COTLPOpenSSL
internal import Synchronization
internal import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Certificates for tests: an authority of their own, a server's and a client's certificate that it signed, all as PEM
/// files in a directory. They are valid for a day. Never trust them outside of tests.
///
/// ```swift
/// let certificates = try TestCertificates()
/// let collector = try await LoopbackCollector(.init(port: 0, tls: certificates.server))
/// var configuration = OTLPGRPCExporter.Configuration(endpoint: collector.endpoint)
/// configuration.certificate = .file(certificates.authority)
/// ```
public final class TestCertificates: Sendable {
  /// The directory of all files, which only this user can read.
  public let directory: String
  /// The authority's certificate.
  public let authority: String
  /// The server's certificate.
  public let certificate: String
  /// The private key of ``certificate``.
  public let privateKey: String
  /// A client's certificate, for servers that want one.
  public let clientCertificate: String
  /// The private key of ``clientCertificate``.
  public let clientKey: String

  private let isRemoved = Atomic<Bool>(false)

  /// Makes the certificates in a new temporary directory, which is removed with the last reference or by ``remove()``.
  /// - Parameter hosts: The names and IP addresses that the server's certificate is for.
  public init(hosts: [String] = ["localhost", "127.0.0.1", "::1"]) throws {
    directory = try Self.makeDirectory()
    authority = directory + "/authority.pem"
    certificate = directory + "/server.pem"
    privateKey = directory + "/server.key"
    clientCertificate = directory + "/client.pem"
    clientKey = directory + "/client.key"
    do {
      let issuer = try CertificateMaker(
        commonName: "swift-otlp test authority", issuer: nil, serial: 1,
        extensions: [
          (NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
        ])
      let names = hosts.map { Self.isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }.joined(separator: ",")
      let server = try CertificateMaker(
        commonName: hosts.first ?? "localhost", issuer: issuer, serial: 2,
        extensions: [(NID_subject_alt_name, names), (NID_ext_key_usage, "serverAuth")])
      let client = try CertificateMaker(
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

  /// The files that a collector needs to speak TLS.
  public var server: LoopbackCollector.TLS { .init(certificate: certificate, privateKey: privateKey) }

  /// The same for a collector that wants a client certificate.
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

/// Why no certificates could be made.
struct TestCertificatesError: Error, CustomStringConvertible {
  let what: String
  var description: String { what }
}

/// One certificate and its key, while they are in memory.
@safe
private final class CertificateMaker {
  // SAFETY: both are made in init, never replaced, and freed in deinit; one thread uses the object.
  private let certificate: OpaquePointer
  private let key: OpaquePointer

  init(
    commonName: String, issuer: CertificateMaker?, serial: Int, extensions: [(Int32, String)]
  ) throws {
    guard let key = unsafe Self.makeKey(), let certificate = unsafe X509_new() else {
      throw TestCertificatesError(what: "OpenSSL can't make an EC key")
    }
    unsafe self.key = unsafe key
    unsafe self.certificate = unsafe certificate
    unsafe X509_set_version(certificate, 2)
    unsafe ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial)
    unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), -3600)
    unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), 86_400)
    unsafe X509_set_pubkey(certificate, key)
    unsafe X509_NAME_add_entry_by_NID(
      X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8, commonName, -1, -1, 0)
    let signer = issuer ?? self
    unsafe X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate))
    for (kind, value) in extensions { try add(kind, value, issuer: signer) }
    guard unsafe X509_sign(certificate, signer.key, EVP_sha256()) > 0 else {
      throw TestCertificatesError(what: "OpenSSL can't sign a certificate")
    }
  }

  deinit {
    unsafe X509_free(certificate)
    unsafe EVP_PKEY_free(key)
  }

  func writeCertificate(to path: String) throws {
    try unsafe write(to: path) { unsafe PEM_write_bio_X509($0, certificate) }
  }

  func writeKey(to path: String) throws {
    try unsafe write(to: path) { unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
  }

  private func write(to path: String, _ body: (OpaquePointer) -> Int32) throws {
    guard let file = unsafe BIO_new_file(path, "w") else { throw TestCertificatesError(what: "\(path) can't be made") }
    defer { unsafe BIO_free_all(file) }
    guard unsafe body(file) == 1 else { throw TestCertificatesError(what: "\(path) can't be written") }
  }

  private func add(_ kind: Int32, _ value: String, issuer: CertificateMaker) throws {
    var context = unsafe X509V3_CTX()
    unsafe X509V3_set_ctx(&context, issuer.certificate, certificate, nil, nil, 0)
    guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, kind, value) else {
      throw TestCertificatesError(what: "OpenSSL refuses the extension '\(value)'")
    }
    defer { unsafe X509_EXTENSION_free(made) }
    unsafe X509_add_ext(certificate, made, -1)
  }

  private static func makeKey() -> OpaquePointer? {
    guard let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { return nil }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_keygen_init(context) == 1,
      unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
      unsafe EVP_PKEY_keygen(context, &key) == 1
    else { return nil }
    return unsafe key
  }
}
