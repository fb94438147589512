internal import COTLPOpenSSL
package import TelemetryCore

/// A certificate with chain and private key. The key is known to belong to the certificate.
@safe
package final class TLSIdentity {
  private let chain: [TLSCertificate]
  // SAFETY: owned by this object, freed in `deinit`.
  private let key: OpaquePointer
  private let certificateFile: TLSFile
  /// Remarks on files that can be used all the same.
  let warnings: [String]

  /// - Returns: The client's identity, or nil if none is configured.
  static func client(of configuration: TLSConfiguration) throws(TLSError) -> TLSIdentity? {
    switch (configuration.clientCertificate, configuration.clientKey) {
    case (nil, nil): return nil
    case (let certificate?, let key?):
      return try TLSIdentity(
        TLSFile(.clientCertificate, certificate), key: TLSFile(.clientKey, key),
        password: configuration.clientKeyPassword)
    case (let certificate?, nil):
      throw TLSError(.clientCertificate, certificate, "is set without a client key file")
    case (nil, let key?):
      throw TLSError(.clientKey, key, "is set without a client certificate file")
    }
  }

  package init(_ file: TLSFile, key keyFile: TLSFile, password: KeyPassword?) throws(TLSError) {
    chain = try file.certificates()
    certificateFile = file
    unsafe key = try unsafe keyFile.privateKey(password)
    warnings =
      keyFile.isReadableByAll
      ? ["\(keyFile.role.rawValue) file \(keyFile.source.quoted) can be read by every user of this machine"]
      : []
    ERR_clear_error()
    guard unsafe X509_check_private_key(chain[0].pointer, key) == 1 else {
      ERR_clear_error()
      let place = file.source.path == nil ? "the certificate text" : "the certificate in \(file.source.quoted)"
      throw keyFile.failure("doesn't belong to \(place)")
    }
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// Makes this the identity of the connections of `context`.
  package func use(in context: OpaquePointer) throws(TLSError) {
    ERR_clear_error()
    guard unsafe SSL_CTX_use_certificate(context, chain[0].pointer) == 1,
      unsafe SSL_CTX_use_PrivateKey(context, key) == 1
    else { throw certificateFile.failure("can't be used (\(TLSErrorQueue.takeFirstText()))") }
    for certificate in chain.dropFirst() {
      // The context takes over this reference.
      unsafe X509_up_ref(certificate.pointer)
      guard unsafe COTLPOpenSSL_CTX_add0_chain_cert(context, certificate.pointer) == 1 else {
        unsafe X509_free(certificate.pointer)
        throw certificateFile.failure("holds a chain that can't be used (\(TLSErrorQueue.takeFirstText()))")
      }
    }
  }
}
