internal import COTLPOpenSSL
internal import TelemetryCore

/// A certificate with its chain and its private key, read and found to belong together.
@safe
final class TLSIdentity {
  private let chain: [TLSCertificate]
  // SAFETY: owned; freed in `deinit`.
  private let key: OpaquePointer
  private let certificateFile: TLSFile
  /// What is odd about the files, though they can be used.
  let warnings: [String]

  /// The client's; nil if it has none.
  static func make(_ configuration: TLSConfiguration) throws(TLSError) -> TLSIdentity? {
    switch (configuration.clientCertificate, configuration.clientKey) {
    case (nil, nil): return nil
    case (let certificate?, let key?):
      return try TLSIdentity(
        TLSFile(.clientCertificate, certificate), key: TLSFile(.clientKey, key),
        password: configuration.clientKeyPassword)
    case (let certificate?, nil):
      throw TLSError(
        .badFile, "client certificate file \(TLSFile.shown(certificate)) is set without a client key file",
        role: .clientCertificate)
    case (nil, let key?):
      throw TLSError(
        .badFile, "client key file \(TLSFile.shown(key)) is set without a client certificate file", role: .clientKey)
    }
  }

  init(_ file: TLSFile, key keyFile: TLSFile, password: KeyPassword?) throws(TLSError) {
    chain = try file.certificates()
    certificateFile = file
    unsafe key = try unsafe keyFile.privateKey(password)
    warnings =
      keyFile.isReadableByAll
      ? ["\(keyFile.role.rawValue) file \(TLSFile.shown(keyFile.source)) can be read by every user of this machine"]
      : []
    ERR_clear_error()
    guard unsafe X509_check_private_key(chain[0].pointer, key) == 1 else {
      ERR_clear_error()
      let place = file.source.path == nil ? "the certificate text" : "the certificate in \(TLSFile.shown(file.source))"
      throw keyFile.failure("doesn't belong to \(place)")
    }
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// What `context` shows to peers from now on.
  func use(in context: OpaquePointer) throws(TLSError) {
    ERR_clear_error()
    guard unsafe SSL_CTX_use_certificate(context, chain[0].pointer) == 1,
      unsafe SSL_CTX_use_PrivateKey(context, key) == 1
    else { throw certificateFile.failure("can't be used (\(TLSErrorQueue.take().first?.text ?? "unknown error"))") }
    for certificate in chain.dropFirst() {
      // The context takes over this reference.
      unsafe X509_up_ref(certificate.pointer)
      guard unsafe COTLPOpenSSL_CTX_add0_chain_cert(context, certificate.pointer) == 1 else {
        unsafe X509_free(certificate.pointer)
        let reason = TLSErrorQueue.take().first?.text ?? "unknown error"
        throw certificateFile.failure("holds a chain that can't be used (\(reason))")
      }
    }
  }
}
