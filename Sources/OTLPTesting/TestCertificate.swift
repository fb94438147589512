internal import COTLPOpenSSL

/// A certificate and its key in memory.
@safe
final class TestCertificate {
  // SAFETY: both are created in init, never replaced, and freed in deinit. One thread uses the object.
  private let certificate: OpaquePointer
  private let key: OpaquePointer

  init(
    commonName: String, issuer: TestCertificate?, serial: Int, extensions: [(Int32, String)]
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

  private func add(_ kind: Int32, _ value: String, issuer: TestCertificate) throws {
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

/// The error of `TestCertificates`.
struct TestCertificatesError: Error, CustomStringConvertible {
  let what: String
  var description: String { what }
}
