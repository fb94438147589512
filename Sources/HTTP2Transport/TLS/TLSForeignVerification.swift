internal import COTLPOpenSSL
internal import TelemetryCore

/// Applies a TLS configuration to the connections of another library that uses OpenSSL too, and verifies their servers.
///
/// The authorities are read once and shared by all contexts. The object must outlive the contexts.
@safe
package final class TLSForeignVerification: Sendable {
  @unsafe
  private struct Storage {
    /// The host, or the URI, that certificates must be for.
    var host: String
    var isURI: Bool
    var trust: String
    var failure: TLSError?
  }

  private let context: Locked<TLSContext>
  // SAFETY: allocated here, freed in deinit; used on the thread that runs the handshakes.
  nonisolated(unsafe) private let storage: UnsafeMutablePointer<Storage>

  /// - Parameter host: The host that certificates must be for, unless the configuration names another one.
  package init(_ context: TLSContext, host: String) {
    self.context = Locked(context)
    unsafe storage = .allocate(capacity: 1)
    unsafe storage.initialize(
      to: Storage(
        host: context.expectedURI ?? TLSEngine.normalized(context.serverName ?? host),
        isURI: context.expectedURI != nil, trust: context.trust))
  }

  deinit {
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  /// Uses changed authorities, certificates and keys for the connections that follow.
  package func use(_ context: TLSContext) {
    self.context.withLock { $0 = context }
    unsafe storage.pointee.trust = context.trust
  }

  /// The reason why a server's certificate was refused since the last call.
  package func takeFailure() -> TLSError? {
    defer { unsafe storage.pointee.failure = nil }
    return unsafe storage.pointee.failure
  }

  /// Sets up a context of the other library: versions, ciphers, authorities, the client's identity, and the verification.
  /// - Returns: False if OpenSSL refuses a part.
  package func setUp(_ other: UnsafeMutableRawPointer) -> Bool {
    let other = OpaquePointer(other)
    let context = context.withLock { $0 }
    guard unsafe TLSContext.limit(other, to: context.configuration.minimumVersion) else { return false }
    let own = unsafe context.pointer
    // libcurl sets the other store of the context later, to one that it keeps from connection to connection.
    unsafe _ = COTLPOpenSSL_CTX_set1_verify_cert_store(other, SSL_CTX_get_cert_store(own))
    if let certificate = unsafe SSL_CTX_get0_certificate(own), let key = unsafe SSL_CTX_get0_privatekey(own) {
      let chain = unsafe COTLPOpenSSL_CTX_get0_chain_certs(own)
      guard unsafe SSL_CTX_use_cert_and_key(other, certificate, key, chain, 1) == 1 else { return false }
    }
    unsafe SSL_CTX_set_verify(other, SSL_VERIFY_PEER, nil)
    unsafe SSL_CTX_set_cert_verify_callback(other, TLSForeignVerification.verify, storage)
    return true
  }

  private static let verify: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { verification, raw in
    guard let verification = unsafe verification, let storage = unsafe raw?.assumingMemoryBound(to: Storage.self)
    else { return 0 }
    let (host, isURI) = unsafe (storage.pointee.host, storage.pointee.isURI)
    let parameters = unsafe X509_STORE_CTX_get0_param(verification)
    var isVerified = unsafe isURI || TLSVerification.expect(host, in: parameters)
    isVerified = isVerified && (unsafe X509_verify_cert(verification)) == 1
    if isVerified, isURI {
      let certificate = unsafe X509_STORE_CTX_get0_cert(verification).map { unsafe TLSCertificate(sharing: $0) }
      isVerified = certificate?.isFor(uri: host) == true
      if !isVerified { unsafe X509_STORE_CTX_set_error(verification, X509_V_ERR_HOSTNAME_MISMATCH) }
    }
    if isVerified { return 1 }
    if let current = unsafe X509_STORE_CTX_get_current_cert(verification) ?? X509_STORE_CTX_get0_cert(verification) {
      unsafe storage.pointee.failure = unsafe TLSVerification.error(
        X509_STORE_CTX_get_error(verification), certificate: TLSCertificate(sharing: current),
        depth: X509_STORE_CTX_get_error_depth(verification), host: host, trust: storage.pointee.trust,
        isServer: false)
    }
    return 0
  }
}
