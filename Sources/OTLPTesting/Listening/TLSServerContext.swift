internal import COTLPOpenSSL
package import HTTP2Transport

/// The certificate, key and settings that all connections of a TLS server share, read and checked.
@safe
package final class TLSServerContext: Sendable {
  // SAFETY: set once. OpenSSL's contexts may be shared between threads once they are set up.
  nonisolated(unsafe) fileprivate let pointer: OpaquePointer
  // SAFETY: written before the context is shared, read-only after that, freed after the context that reads it.
  nonisolated(unsafe) private let protocols: UnsafeMutableBufferPointer<UInt8>
  fileprivate let trust: String
  fileprivate let requiresHTTP2: Bool

  /// Reads the server's files. An error names the file and the reason.
  package init(_ configuration: TLSServerConfiguration) throws(TLSError) {
    let identity = try TLSIdentity(
      TLSFile(.serverCertificate, .file(configuration.certificate)),
      key: TLSFile(.serverKey, .file(configuration.key)), password: nil)
    unsafe pointer = try unsafe TLSContext.make(TLS_server_method(), .tls12)
    unsafe protocols = TLSServerContext.protocolNameList(configuration.applicationProtocols)
    let protocols = configuration.applicationProtocols
    requiresHTTP2 = protocols.contains("h2") && !protocols.contains("http/1.1")
    trust = configuration.clientAuthorities.map { "the client authorities in '\($0)'" } ?? ""
    // From here on `deinit` frees the context.
    setUp(configuration)
    try unsafe identity.use(in: pointer)
    if let authorities = configuration.clientAuthorities {
      unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, TLSVerification.callback)
      let file = try TLSFile(.clientAuthorities, .file(authorities))
      for certificate in try unsafe TLSContext.addAuthorities(file, to: pointer) {
        unsafe SSL_CTX_add_client_CA(pointer, certificate.pointer)
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
      // A server that verifies clients resumes no session without an id.
      unsafe SSL_CTX_set_session_id_context(pointer, "swift-otlp", 10)
    } else {
      unsafe COTLPOpenSSL_CTX_set_no_tickets(pointer)
    }
    if !configuration.applicationProtocols.isEmpty {
      let argument = unsafe UnsafeMutableRawPointer(protocols.baseAddress)
      unsafe SSL_CTX_set_alpn_select_cb(pointer, TLSServerContext.selectProtocol, argument)
    }
  }

  deinit {
    unsafe SSL_CTX_free(pointer)
    unsafe protocols.deallocate()
  }

  /// The list in the form of ALPN's extension: two bytes with the length of the list, then each name after a byte with the
  /// length of the name (RFC 7301, 3.1).
  private static func protocolNameList(_ protocols: [String]) -> UnsafeMutableBufferPointer<UInt8> {
    // No client can ask for a name of more than 255 bytes.
    let names = protocols.flatMap { name in UInt8(exactly: name.utf8.count).map { [$0] + Array(name.utf8) } ?? [] }
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 + names.count)
    _ = unsafe memory.initialize(
      from: [UInt8(truncatingIfNeeded: names.count >> 8), UInt8(names.count & 0xFF)] + names)
    return unsafe memory
  }

  private static let selectProtocol:
    @convention(c) (
      OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
      UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
    ) -> Int32 = { _, selected, selectedCount, offered, offeredCount, argument in
      guard let list = unsafe argument?.assumingMemoryBound(to: UInt8.self) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
      let count = unsafe UInt32(list[0]) << 8 | UInt32(list[1])
      var choice: UnsafeMutablePointer<UInt8>?
      let result = unsafe SSL_select_next_proto(&choice, selectedCount, list + 2, count, offered, offeredCount)
      guard result == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
      unsafe selected?.pointee = unsafe UnsafePointer(choice)
      return SSL_TLSEXT_ERR_OK
    }
}

extension TLSEngine {
  /// Makes the server's side.
  package convenience init(server context: TLSServerContext) throws(TLSError) {
    try unsafe self.init(
      accepting: context.pointer, of: context, trust: context.trust, requiresHTTP2: context.requiresHTTP2)
  }
}
