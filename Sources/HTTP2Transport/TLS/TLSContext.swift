internal import COTLPOpenSSL
internal import TelemetryCore

/// The authorities, certificate and key that all connections of one TLS configuration share, read and checked.
@safe
package final class TLSContext: Sendable {
  // SAFETY: set once, freed in `deinit`. OpenSSL's contexts may be shared between threads once they are set up.
  nonisolated(unsafe) let pointer: OpaquePointer
  let configuration: TLSConfiguration
  /// The state of the configuration's files just before they were read.
  let files: [FileIdentity?]
  /// The sessions that later connections may resume.
  let sessions: TLSSessionCache
  /// The trusted authorities as messages name them.
  let trust: String
  let hasCertificate: Bool
  /// Remarks on files that can be used all the same.
  package let warnings: [String]

  /// Reads the files. An error names the file and the reason.
  package init(client configuration: TLSConfiguration, clock: TLSSessionClock = .system) throws(TLSError) {
    // Taken before the files are read, so that a change during the reading is noticed later.
    files = configuration.fileIdentities
    let identity = try TLSIdentity.client(of: configuration)
    unsafe pointer = try unsafe TLSContext.make(TLS_client_method(), configuration.minimumVersion)
    self.configuration = configuration
    sessions = TLSSessionCache(clock: clock)
    trust = TLSContext.description(of: configuration.trust)
    hasCertificate = identity != nil
    warnings = identity?.warnings ?? []
    // From here on `deinit` frees the context.
    let protocols = [2] + Array("h2".utf8)
    guard unsafe SSL_CTX_set_alpn_protos(pointer, protocols, UInt32(protocols.count)) == 0 else {
      throw TLSContext.setUpFailure()
    }
    unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, TLSVerification.callback)
    unsafe _ = COTLPOpenSSL_CTX_set_session_cache_mode(
      pointer, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
    unsafe SSL_CTX_sess_set_new_cb(pointer, TLSContext.sessionReceived)
    try loadTrust(configuration.trust)
    if let identity { try unsafe identity.use(in: pointer) }
  }

  deinit { unsafe SSL_CTX_free(pointer) }

  /// The configured name that replaces the host's; nil if there is none or a URI.
  var serverName: String? { expectedURI == nil ? configuration.serverName : nil }

  /// The configured URI that the server's certificate must contain in the place of a name.
  var expectedURI: String? { configuration.serverName.flatMap { $0.hasPrefix("spiffe://") ? $0 : nil } }

  // MARK: Setting up

  package static func make(
    _ method: OpaquePointer?, _ minimum: TLSConfiguration.Version
  ) throws(TLSError) -> OpaquePointer {
    TLSLibrary.initialize()
    ERR_clear_error()
    guard let context = unsafe SSL_CTX_new(method) else { throw setUpFailure() }
    guard unsafe limit(context, to: minimum) else {
      unsafe SSL_CTX_free(context)
      throw setUpFailure()
    }
    unsafe _ = COTLPOpenSSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
    return unsafe context
  }

  /// Sets the versions, ciphers and options of all connections.
  /// - Returns: False if OpenSSL refuses one.
  static func limit(_ context: OpaquePointer, to minimum: TLSConfiguration.Version) -> Bool {
    let version = minimum == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
    // The suites that HTTP/2 permits have ephemeral keys and authenticated encryption (RFC 9113, 9.2.2). The cheapest
    // are first.
    let isReady =
      unsafe COTLPOpenSSL_CTX_set_min_proto_version(context, version) == 1
      && SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL") == 1
      && SSL_CTX_set_ciphersuites(
        context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1
    unsafe COTLPOpenSSL_CTX_set_safe_options(context)
    return isReady
  }

  static func setUpFailure() -> TLSError {
    TLSError(.handshake, "OpenSSL can't be set up: \(TLSErrorQueue.takeFirstText())")
  }

  private func loadTrust(_ trust: TLSConfiguration.Trust) throws(TLSError) {
    var usesSystem = true
    if case .authorities(let source, let andSystem) = trust {
      usesSystem = andSystem
      _ = try unsafe TLSContext.addAuthorities(TLSFile(.authorities, source), to: pointer)
    }
    if usesSystem, unsafe SSL_CTX_set_default_verify_paths(pointer) != 1 { throw TLSContext.setUpFailure() }
    ERR_clear_error()
  }

  private static func description(of trust: TLSConfiguration.Trust) -> String {
    switch trust {
    case .system: return "the system's trusted authorities"
    case .authorities(let source, let andSystem):
      let own = source.path == nil ? "the given text" : source.quoted
      return andSystem ? "the system's trusted authorities and those in \(own)" : "the authorities in \(own)"
    }
  }

  /// Makes each certificate in `file` a trusted authority, intermediates too.
  package static func addAuthorities(_ file: TLSFile, to context: OpaquePointer) throws(TLSError) -> [TLSCertificate] {
    let store = unsafe SSL_CTX_get_cert_store(context)
    unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    let certificates = try file.certificates()
    for (index, certificate) in certificates.enumerated() {
      ERR_clear_error()
      guard unsafe X509_STORE_add_cert(store, certificate.pointer) == 1 else {
        throw file.failure(
          "holds a certificate, number \(index + 1), that can't be used (\(TLSErrorQueue.takeFirstText()))")
      }
    }
    return certificates
  }

  /// Keeps a session that the server lets the client resume.
  private static let sessionReceived: @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32 = { ssl, session in
    if let ssl = unsafe ssl, let storage = unsafe TLSStorage.of(ssl), let sessions = unsafe storage.pointee.sessions,
      let session = unsafe session, let kept = unsafe TLSSession(copying: session)
    {
      unsafe TLSEngine.noteValidity(ssl, storage)
      if let validity = unsafe storage.pointee.validity {
        unsafe sessions.keep(kept, of: storage.pointee.sessionPeer, validity: validity)
      }
    }
    return 0  // OpenSSL keeps its own reference.
  }
}
