internal import COTLPOpenSSL
internal import TelemetryCore

/// What all connections of one TLS configuration share: authorities, certificate and key, already read and checked.
@safe
package final class TLSContext: Sendable {
  // SAFETY: set once; OpenSSL's contexts may be shared between threads once they are set up.
  nonisolated(unsafe) let pointer: OpaquePointer
  // SAFETY: written before it is shared, read-only after that, freed after the context that reads it.
  nonisolated(unsafe) private let protocols: UnsafeMutableBufferPointer<UInt8>
  /// The configured name that replaces the host's, for clients.
  let serverName: String?
  /// The configured URI that the server's certificate must be for, in the place of a name.
  let expectedURI: String?
  /// The oldest version that is spoken.
  let minimumVersion: TLSConfiguration.Version
  /// What is odd about the files, though they can be used.
  package let warnings: [String]
  /// Whose certificates are believed, in words.
  let trust: String
  let hasCertificate: Bool
  /// Whether a connection without `h2` is refused.
  let requiresHTTP2: Bool
  /// What a client's context was made of; nil for a server's.
  let configuration: TLSConfiguration?
  /// The configuration's files, as they were just before they were read.
  let files: TLSFileSet
  /// A client's sessions, to be resumed; nil for a server's context.
  let sessions: TLSSessionCache?

  /// Reads the client's files; the error names the file that is wrong and says why.
  package convenience init(client configuration: TLSConfiguration) throws(TLSError) {
    try self.init(client: configuration, clock: .system)
  }

  /// The same with a clock of a test.
  init(client configuration: TLSConfiguration, clock: TLSSessionClock) throws(TLSError) {
    // Before they are read: what changes meanwhile is another state.
    files = TLSFileSet(of: configuration)
    let identity = try TLSIdentity.make(configuration)
    let context = try unsafe TLSContext.make(TLS_client_method(), configuration.minimumVersion)
    unsafe (pointer, protocols) = unsafe (context, TLSContext.wireFormat(["h2"]))
    let isURI = configuration.serverName?.hasPrefix("spiffe://") == true
    serverName = isURI ? nil : configuration.serverName
    expectedURI = isURI ? configuration.serverName : nil
    minimumVersion = configuration.minimumVersion
    requiresHTTP2 = true
    self.configuration = configuration
    sessions = TLSSessionCache(clock: clock)
    hasCertificate = identity != nil
    trust = TLSContext.words(configuration.trust)
    warnings = identity?.warnings ?? []
    // From here on `deinit` frees the context.
    guard unsafe SSL_CTX_set_alpn_protos(context, protocols.baseAddress, UInt32(protocols.count)) == 0 else {
      throw TLSContext.setUpFailure()
    }
    unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, TLSContext.noteVerification)
    unsafe _ = COTLPOpenSSL_CTX_set_session_cache_mode(
      context, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
    unsafe SSL_CTX_sess_set_new_cb(context, TLSContext.keepSession)
    try loadTrust(configuration.trust)
    if let identity { try unsafe identity.use(in: pointer) }
  }

  /// Reads the server's files; the error names the file that is wrong and says why.
  package init(server configuration: TLSServerConfiguration) throws(TLSError) {
    let identity = try TLSIdentity(
      TLSFile(.serverCertificate, .file(configuration.certificate)),
      key: TLSFile(.serverKey, .file(configuration.key)), password: nil)
    let context = try unsafe TLSContext.make(TLS_server_method(), .tls12)
    unsafe (pointer, protocols) = unsafe (context, TLSContext.wireFormat(configuration.applicationProtocols))
    (serverName, expectedURI, minimumVersion, warnings) = (nil, nil, .tls12, [])
    (self.configuration, files, sessions) = (nil, TLSFileSet([]), nil)
    hasCertificate = true
    requiresHTTP2 = configuration.applicationProtocols.contains("h2")
    trust = configuration.clientAuthorities.map { "the client authorities in '\($0)'" } ?? ""
    setUp(configuration)
    try unsafe identity.use(in: pointer)
    if let authorities = configuration.clientAuthorities {
      unsafe SSL_CTX_set_verify(
        context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, TLSContext.noteVerification)
      for certificate in try add(TLSFile(.clientAuthorities, .file(authorities))) {
        unsafe SSL_CTX_add_client_CA(context, certificate.pointer)
      }
    }
  }

  private func setUp(_ configuration: TLSServerConfiguration) {
    if configuration.onlyTLS12 {
      unsafe _ = COTLPOpenSSL_CTX_set_max_proto_version(pointer, TLS1_2_VERSION)
    }
    if let algorithms = configuration.clientSignatureAlgorithms {
      unsafe _ = COTLPOpenSSL_CTX_set_client_sigalgs_list(pointer, algorithms)
    }
    if configuration.issuesTickets {
      // A server that checks clients resumes no session without this.
      unsafe SSL_CTX_set_session_id_context(pointer, "swift-otlp", 10)
    } else {
      unsafe COTLPOpenSSL_CTX_set_no_tickets(pointer)
    }
    if unsafe protocols.count > 0 {
      let argument = unsafe UnsafeMutableRawPointer(protocols.baseAddress)
      unsafe SSL_CTX_set_alpn_select_cb(pointer, TLSContext.selectProtocol, argument)
    }
  }

  deinit {
    unsafe SSL_CTX_free(pointer)
    unsafe protocols.deallocate()
  }

  // MARK: Setting up

  private static func make(
    _ method: OpaquePointer?, _ minimum: TLSConfiguration.Version
  ) throws(TLSError) -> OpaquePointer {
    let version = minimum == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
    COTLPOpenSSL_init()
    ERR_clear_error()
    guard let context = unsafe SSL_CTX_new(method) else { throw setUpFailure() }
    // Only suites that HTTP/2 permits: ephemeral keys and authenticated encryption. The cheapest first.
    let ready =
      unsafe COTLPOpenSSL_CTX_set_min_proto_version(context, version) == 1
      && SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL") == 1
      && SSL_CTX_set_ciphersuites(
        context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1
    guard ready else {
      unsafe SSL_CTX_free(context)
      throw setUpFailure()
    }
    unsafe COTLPOpenSSL_CTX_set_safe_options(context)
    unsafe _ = COTLPOpenSSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
    return unsafe context
  }

  static func setUpFailure() -> TLSError {
    TLSError(.handshake, "OpenSSL can't be set up: \(TLSErrorQueue.take().first?.text ?? "unknown error")")
  }

  private func loadTrust(_ trust: TLSConfiguration.Trust) throws(TLSError) {
    switch trust {
    case .system:
      guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else { throw TLSContext.setUpFailure() }
    case .authorities(let source, let andSystem):
      if andSystem, unsafe SSL_CTX_set_default_verify_paths(pointer) != 1 { throw TLSContext.setUpFailure() }
      _ = try add(TLSFile(.authorities, source))
    }
    ERR_clear_error()
  }

  private static func words(_ trust: TLSConfiguration.Trust) -> String {
    switch trust {
    case .system: return "the system's trusted authorities"
    case .authorities(let source, let andSystem):
      let own = source.path == nil ? "the given text" : TLSFile.shown(source)
      return andSystem ? "the system's trusted authorities and those in \(own)" : "the authorities in \(own)"
    }
  }

  /// Trusts the certificates in `file`, each as an authority of its own right.
  private func add(_ file: TLSFile) throws(TLSError) -> [TLSCertificate] {
    let store = unsafe SSL_CTX_get_cert_store(pointer)
    unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    let certificates = try file.certificates()
    for (index, certificate) in certificates.enumerated() {
      ERR_clear_error()
      guard unsafe X509_STORE_add_cert(store, certificate.pointer) == 1 else {
        let reason = TLSErrorQueue.take().first?.text ?? "unknown error"
        throw file.failure("holds a certificate, number \(index + 1), that can't be used (\(reason))")
      }
    }
    return certificates
  }

  /// ALPN's form of a list of protocols: each with a byte of length before it.
  private static func wireFormat(_ protocols: [String]) -> UnsafeMutableBufferPointer<UInt8> {
    // A name of more than 255 bytes can't be written, so nobody can ask for it.
    let bytes = protocols.flatMap { name in UInt8(exactly: name.utf8.count).map { [$0] + Array(name.utf8) } ?? [] }
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = unsafe memory.initialize(from: bytes)
    return unsafe memory
  }

  // MARK: Callbacks

  private static let selectProtocol:
    @convention(c) (
      OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
      UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
    ) -> Int32 = { ssl, selected, selectedCount, offered, offeredCount, argument in
      guard let ours = unsafe argument?.assumingMemoryBound(to: UInt8.self) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
      let oursCount = unsafe UInt32(TLSState.of(ssl)?.pointee.protocolsCount ?? 0)
      var choice: UnsafeMutablePointer<UInt8>?
      let result = unsafe SSL_select_next_proto(&choice, selectedCount, ours, oursCount, offered, offeredCount)
      guard result == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
      unsafe selected?.pointee = unsafe UnsafePointer(choice)
      return SSL_TLSEXT_ERR_OK
    }

  /// Notes the first thing that is wrong with the peer's chain; never accepts what OpenSSL refuses, and of what it
  /// accepts only a certificate for the expected URI, if there is one.
  private static let noteVerification: @convention(c) (Int32, OpaquePointer?) -> Int32 = { accepted, verification in
    let raw = unsafe X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx())
    guard let raw = unsafe raw, let state = unsafe TLSState.of(OpaquePointer(raw)) else { return 0 }
    let certificate = unsafe X509_STORE_CTX_get_current_cert(verification).map { unsafe TLSCertificate(sharing: $0) }
    if accepted != 0 {
      guard let uri = unsafe state.pointee.expectedURI else { return 1 }
      guard unsafe X509_STORE_CTX_get_error_depth(verification) == 0 else { return 1 }
      unsafe state.pointee.isForExpectedURI = certificate?.isFor(uri: uri) == true
      if unsafe state.pointee.isForExpectedURI { return 1 }
      unsafe X509_STORE_CTX_set_error(verification, X509_V_ERR_HOSTNAME_MISMATCH)
    }
    guard let certificate, unsafe state.pointee.verifyFailure == nil else { return 0 }
    let chain = unsafe TLSPeer.certificates(X509_STORE_CTX_get0_untrusted(verification))
    unsafe state.pointee.refusedChain = chain
    unsafe state.pointee.verifyFailure = unsafe TLSFailure.verification(
      X509_STORE_CTX_get_error(verification), certificate: certificate,
      depth: X509_STORE_CTX_get_error_depth(verification), host: state.pointee.host, trust: state.pointee.trust,
      isServer: state.pointee.isServer)
    return 0
  }

  /// Keeps a session that the server lets the client resume.
  private static let keepSession: @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32 = { ssl, session in
    if let ssl = unsafe ssl, let state = unsafe TLSState.of(ssl), let sessions = unsafe state.pointee.sessions,
      let session = unsafe session, let kept = unsafe TLSSession(copying: session)
    {
      unsafe TLSEngine.noteValidity(ssl, state)
      if let validity = unsafe state.pointee.validity {
        unsafe sessions.keep(kept, of: state.pointee.sessionPeer, validity: validity)
      }
    }
    return 0  // OpenSSL's own reference stays its own.
  }

  var protocolsCount: Int { unsafe protocols.count }
}
