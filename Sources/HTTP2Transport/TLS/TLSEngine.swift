internal import COTLPOpenSSL
internal import TelemetryCore

/// TLS without a socket: ciphertext is received and sent as bytes. An engine belongs to one connection.
@safe
package final class TLSEngine {
  /// The state of the handshake.
  package enum Handshake: Hashable, Sendable {
    case inProgress
    /// Done, with `h2` negotiated.
    case done
    case failed(TLSError)
  }

  /// The result of one attempt to read or write plaintext.
  package enum Result: Hashable, Sendable {
    /// The number of bytes that were read or written, at least one.
    case bytes(Int)
    /// More ciphertext is needed first.
    case wouldBlock
    /// The peer sent close_notify (reading only).
    case end
    case failed(TLSError)
  }

  /// The largest plaintext of a record (RFC 8446, 5.1).
  package static let recordSize = 16_384

  /// The state of the handshake. Changes in `start`, `receive` and `receiveEnd`.
  package private(set) var handshake: Handshake = .inProgress {
    didSet {
      isConnected = handshake == .done
      if case .failed = handshake { forgetSessions() }
    }
  }
  private var isConnected = false

  // SAFETY: both are freed in `deinit` only. OpenSSL keeps pointers to the storage, which doesn't move. No access to the
  // storage lasts over a call into OpenSSL, because the callbacks change the storage.
  private let ssl: OpaquePointer
  private let storage: UnsafeMutablePointer<TLSStorage>
  /// Holds the memory that callbacks of the context use.
  private let context: AnyObject
  private var record: UnsafeMutableRawPointer?
  private var hasReceived = false

  /// Makes the client's side.
  /// - Parameters:
  ///   - host: The host of the connection, a name or an IP literal with or without brackets. A name is sent to the server
  ///     (SNI). The certificate must be for the host, unless the configuration names another host or a URI.
  ///   - place: The address. A session is resumed only with the address where it began.
  package convenience init(client context: TLSContext, host: String, place: String = "") throws(TLSError) {
    let host = TLSEngine.normalized(context.serverName ?? host)
    guard !host.isEmpty else { throw TLSError(.wrongHost, "there is no server name to check the certificate against") }
    try unsafe self.init(context.pointer, of: context, TLSStorage(context, host: host, place: place))
    try unsafe TLSEngine.setHost(host, isChecked: context.expectedURI == nil, ssl)
    unsafe SSL_set_cert_cb(ssl, TLSEngine.certificateRequested, storage)
    if context.hasCertificate { unsafe SSL_set_msg_callback(ssl, TLSEngine.messageWritten) }
    unsafe SSL_set_connect_state(ssl)
    if let (session, validity) = unsafe context.sessions.take(for: storage.pointee.sessionPeer) {
      unsafe storage.pointee.offeredValidity = validity
      unsafe session.offer(in: ssl)
    }
  }

  /// Makes the server's side, for a server in tests.
  /// - Parameters:
  ///   - pointer: OpenSSL's context.
  ///   - context: The owner of the pointer, which the engine keeps alive.
  ///   - trust: The authorities of clients, as messages name them.
  ///   - requiresHTTP2: Whether a connection without `h2` is refused.
  package convenience init(
    accepting pointer: OpaquePointer, of context: AnyObject, trust: String, requiresHTTP2: Bool
  ) throws(TLSError) {
    try unsafe self.init(pointer, of: context, TLSStorage(serverWithTrust: trust, requiresHTTP2: requiresHTTP2))
    unsafe SSL_set_accept_state(ssl)
  }

  private init(_ pointer: OpaquePointer, of context: AnyObject, _ initial: TLSStorage) throws(TLSError) {
    ERR_clear_error()
    guard let ssl = unsafe SSL_new(pointer) else { throw TLSContext.setUpFailure() }
    let storage = UnsafeMutablePointer<TLSStorage>.allocate(capacity: 1)
    unsafe storage.initialize(to: initial)
    self.context = context
    unsafe self.ssl = ssl
    unsafe self.storage = storage
    // From here on `deinit` frees both.
    guard let bio = unsafe TLSQueueBIO.make(storage) else { throw TLSContext.setUpFailure() }
    unsafe SSL_set_bio(ssl, bio, bio)
    guard unsafe SSL_set_ex_data(ssl, 0, storage) == 1 else { throw TLSContext.setUpFailure() }
  }

  deinit {
    unsafe SSL_free(ssl)
    unsafe storage.pointee.input.deallocate()
    unsafe storage.pointee.output.deallocate()
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
    unsafe record?.deallocate()
  }

  // MARK: Handshake

  /// Starts the handshake. A client has output afterwards.
  package func start() { advance() }

  /// Takes ciphertext that arrived, and continues the handshake. After a failed handshake the output may hold an alert
  /// for the peer: send the output, then close.
  package func receive(_ ciphertext: UnsafeRawBufferPointer) {
    guard let start = ciphertext.baseAddress, ciphertext.count > 0 else { return }
    unsafe storage.pointee.input.append(start, ciphertext.count)
    if !hasReceived {
      hasReceived = true
      if let error = unsafe TLSFailure.plaintext(Array(ciphertext.prefix(8)), situation) {
        return handshake = .failed(error)
      }
    }
    advance()
  }

  /// Ends the input: the transport has ended.
  package func receiveEnd() {
    unsafe storage.pointee.inputEnded = true
    advance()
  }

  private func advance() {
    guard handshake == .inProgress else { return }
    ERR_clear_error()
    let result = unsafe SSL_do_handshake(ssl)
    if result == 1 {
      unsafe SSL_set_msg_callback(ssl, nil)
      unsafe TLSEngine.noteValidity(ssl, storage)
      handshake = (identityError() ?? protocolError()).map { .failed($0) } ?? .done
      return
    }
    switch unsafe SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: break
    default: handshake = .failed(TLSFailure.error(TLSErrorQueue.take(), situation))
    }
  }

  /// Refuses a connection that skipped the check for the expected URI, which OpenSSL doesn't know. A resumed session was
  /// checked before.
  private func identityError() -> TLSError? {
    guard let uri = unsafe storage.pointee.expectedURI, unsafe !storage.pointee.isForExpectedURI, !isResumed else {
      return nil
    }
    return TLSError(.wrongHost, "the server has shown no certificate for \(uri)")
  }

  private func protocolError() -> TLSError? {
    guard unsafe storage.pointee.requiresHTTP2 else { return nil }
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    unsafe SSL_get0_alpn_selected(ssl, &name, &count)
    let selected = unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    guard selected != "h2" else { return nil }
    let what = selected.isEmpty ? "it negotiated no protocol" : "it chose \(selected)"
    return TLSError(.noALPN, "\(situation.peer) doesn't speak HTTP/2 at this port (ALPN: \(what))")
  }

  /// The peer's identity as far as it is known, accepted or not.
  package var peer: TLSPeer {
    let refused = unsafe storage.pointee.refusedChain
    return unsafe TLSPeer(
      version: String(cString: SSL_get_version(ssl)),
      certificates: refused.isEmpty ? TLSPeer.certificates(SSL_get_peer_cert_chain(ssl)) : refused)
  }

  /// True if the handshake resumed an earlier session; valid once the handshake is done.
  package var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

  // MARK: Plaintext

  /// Decrypts into `buffer`. Call this until it returns `wouldBlock`.
  package func read(into buffer: UnsafeMutableRawBufferPointer) -> Result {
    guard isConnected else { return notConnected }
    ERR_clear_error()
    var count = 0
    let result = unsafe SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count)
    if result == 1 { return .bytes(count) }
    switch unsafe SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
    case SSL_ERROR_ZERO_RETURN: return .end
    default:
      let error = TLSFailure.error(TLSErrorQueue.take(), situation)
      // In TLS 1.3 a server refuses a client, and a resumed session, only after the handshake.
      if error.code != .closed { forgetSessions() }
      return .failed(error)
    }
  }

  /// Encrypts all of the slices, in records of 16 KiB. The output isn't bounded. Only after the handshake.
  package func write(_ slices: UnsafeBufferPointer<IOSlice>) -> Result {
    guard isConnected else { return notConnected }
    let record = unsafe recordMemory
    var used = 0
    var total = 0
    for index in slices.indices {
      var slice = unsafe slices[index]
      unsafe total += slice.count
      while unsafe slice.count > 0 {
        // The bytes of a whole record in one slice need no copy.
        if unsafe used == 0 && slice.count >= TLSEngine.recordSize {
          if let error = unsafe encrypt(slice.start, TLSEngine.recordSize) { return .failed(error) }
          unsafe slice.advance(by: TLSEngine.recordSize)
          continue
        }
        let count = unsafe min(slice.count, TLSEngine.recordSize - used)
        unsafe (record + used).copyMemory(from: slice.start, byteCount: count)
        unsafe slice.advance(by: count)
        used += count
        guard used == TLSEngine.recordSize else { continue }
        if let error = unsafe encrypt(record, used) { return .failed(error) }
        used = 0
      }
    }
    if used > 0, let error = unsafe encrypt(record, used) { return .failed(error) }
    return total > 0 ? .bytes(total) : .wouldBlock
  }

  /// Encrypts all of `bytes`.
  package func write(_ bytes: UnsafeRawBufferPointer) -> Result {
    guard let start = bytes.baseAddress else { return .wouldBlock }
    var slice = unsafe IOSlice(start: start, count: bytes.count)
    return unsafe withUnsafePointer(to: &slice) { unsafe write(UnsafeBufferPointer(start: $0, count: 1)) }
  }

  /// Encrypts one record. OpenSSL never asks to repeat the call, because the queue takes everything.
  private func encrypt(_ start: UnsafeRawPointer, _ count: Int) -> TLSError? {
    ERR_clear_error()
    var written = 0
    guard unsafe SSL_write_ex(ssl, start, count, &written) == 1 else {
      return TLSFailure.error(TLSErrorQueue.take(), situation)
    }
    return nil
  }

  private var notConnected: Result {
    if case .failed(let error) = handshake { return .failed(error) }
    return .wouldBlock
  }

  private var recordMemory: UnsafeMutableRawPointer {
    if let record = unsafe record { return unsafe record }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: TLSEngine.recordSize, alignment: 16)
    unsafe record = unsafe memory
    return unsafe memory
  }

  // MARK: Output

  /// The number of bytes of ciphertext to be sent.
  package var outputCount: Int { unsafe storage.pointee.output.count }

  /// Calls `send` with the ciphertext, in one piece. `send` returns the number of bytes that were sent.
  package func withOutput(_ send: (UnsafeRawBufferPointer) -> Int) {
    guard outputCount > 0 else { return }
    let sent = unsafe send(storage.pointee.output.bytes)
    unsafe storage.pointee.output.drop(sent)
  }

  /// Ends the connection with close_notify. There is output afterwards.
  package func close() {
    guard isConnected else { return }
    ERR_clear_error()
    unsafe SSL_shutdown(ssl)
    ERR_clear_error()
  }
}

extension TLSEngine {
  private func forgetSessions() { unsafe storage.pointee.sessions?.forget(storage.pointee.sessionPeer) }

  private var situation: TLSFailure.Situation {
    unsafe TLSFailure.Situation(
      isServer: storage.pointee.isServer, host: storage.pointee.host,
      certificateRequested: storage.pointee.certificateRequested, hasCertificate: storage.pointee.hasCertificate,
      unsuitableKey: storage.pointee.unsuitableKey, verifyFailure: storage.pointee.verifyFailure,
      isInHandshake: !isConnected, minimumVersion: storage.pointee.minimumVersion)
  }

  /// Removes an IPv6 literal's brackets and zone, and a name's final dot. Certificates have none of them.
  static func normalized(_ host: String) -> String {
    var host = Substring(host)
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    if host.contains(":"), let zone = host.firstIndex(of: "%") { host = host[..<zone] }
    if host.hasSuffix(".") { host = host.dropLast() }
    return String(host)
  }

  /// Sets the name or address that the certificate must be for. A name is sent to the server (RFC 6066, 3).
  private static func setHost(_ host: String, isChecked: Bool, _ ssl: OpaquePointer) throws(TLSError) {
    let parameters = unsafe SSL_get0_param(ssl)
    // The subject's common name doesn't count, and `*` stands for a whole label only (RFC 9525, 2 and 6.3).
    unsafe X509_VERIFY_PARAM_set_hostflags(
      parameters, UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    if let address = unsafe a2i_IPADDRESS(host) {
      unsafe ASN1_OCTET_STRING_free(address)
      guard isChecked else { return }
      guard unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1 else { throw TLSContext.setUpFailure() }
      return
    }
    ERR_clear_error()
    guard unsafe !isChecked || X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1,
      unsafe COTLPOpenSSL_set_tlsext_host_name(ssl, host) == 1
    else {
      ERR_clear_error()
      throw TLSError(.wrongHost, "'\(Redaction.shown(host))' can't be asked for as a server name")
    }
  }

  private static let certificateRequested: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 =
    { _, argument in
      guard let storage = unsafe argument?.assumingMemoryBound(to: TLSStorage.self) else { return 1 }
      unsafe storage.pointee.certificateRequested = true
      return 1
    }

  /// Notes an empty certificate message: OpenSSL sends one, without an error, if the server accepts no signature
  /// algorithm of the client's key.
  private static let messageWritten:
    @convention(c) (
      Int32, Int32, Int32, UnsafeRawPointer?, Int, OpaquePointer?, UnsafeMutableRawPointer?
    ) -> Void = { isWritten, _, type, bytes, count, ssl, _ in
      // A message with an empty list has 8 or 7 bytes (RFC 8446, 4.4.2; RFC 5246, 7.4.6).
      guard isWritten == 1, type == SSL3_RT_HANDSHAKE, count > 0, count <= 8, let ssl = unsafe ssl,
        unsafe bytes?.load(as: UInt8.self) == UInt8(SSL3_MT_CERTIFICATE), let storage = unsafe TLSStorage.of(ssl)
      else { return }
      unsafe storage.pointee.unsuitableKey = unsafe TLSSignatures.refusal(ssl)
    }

  /// Notes how long the verification may be relied on: this connection's own, or that of the resumed session.
  static func noteValidity(_ ssl: OpaquePointer, _ storage: UnsafeMutablePointer<TLSStorage>) {
    guard unsafe storage.pointee.validity == nil, let sessions = unsafe storage.pointee.sessions else { return }
    guard unsafe SSL_session_reused(ssl) == 0 else {
      unsafe storage.pointee.validity = unsafe storage.pointee.offeredValidity
      return
    }
    guard let chain = unsafe SSL_get0_verified_chain(ssl) else { return }
    var left = Int64.max
    for index in unsafe 0..<max(0, OPENSSL_sk_num(chain)) {
      guard let entry = unsafe OPENSSL_sk_value(chain, index) else { return }
      let certificate = unsafe TLSCertificate(sharing: OpaquePointer(entry))
      left = min(left, certificate.secondsLeft ?? 0)
    }
    unsafe storage.pointee.validity = sessions.validity(certificatesEndIn: left)
  }
}

extension IOSlice {
  mutating fileprivate func advance(by count: Int) {
    unsafe start += count
    unsafe self.count -= count
  }
}
