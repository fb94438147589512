internal import COTLPOpenSSL
internal import TelemetryCore

/// TLS without a socket: ciphertext goes in and comes out as bytes. Belongs to one connection and its loop.
@safe
package final class TLSEngine {
  /// How far the handshake is.
  package enum Handshake: Hashable, Sendable {
    case inProgress
    /// Done; `h2` is agreed on.
    case done
    case failed(TLSError)
  }

  /// What one attempt to move plaintext gave.
  package enum Result: Hashable, Sendable {
    /// So many bytes were moved, at least one.
    case bytes(Int)
    /// More ciphertext is needed first.
    case wouldBlock
    /// The peer ended its side in order (reading only).
    case end
    case failed(TLSError)
  }

  /// The most plaintext that a record holds.
  package static let recordSize = 16_384

  /// How far the handshake is. Changes in `start`, `receive` and `receiveEnd`.
  package private(set) var handshake: Handshake = .inProgress {
    didSet {
      isConnected = handshake == .done
      if case .failed = handshake { unsafe context.sessions?.forget(state.pointee.sessionPeer) }
    }
  }
  private var isConnected = false

  // SAFETY: both are freed in `deinit` only. OpenSSL keeps pointers to the state, which doesn't move. No access to the
  // state's memory lasts over a call into OpenSSL, whose callbacks change it.
  private let ssl: OpaquePointer
  private let state: UnsafeMutablePointer<TLSState>
  private let context: TLSContext
  private var record: UnsafeMutableRawPointer?
  private var hasReceived = false

  /// Makes the client's side.
  /// - Parameter host: The host that is connected to, name or IP literal (with or without brackets): it is asked for
  ///   (names only) and the certificate must be for it, unless the configuration names another host or a URI.
  /// - Parameter place: The address, in any words: a session is resumed only where it began.
  package convenience init(client context: TLSContext, host: String, place: String = "") throws(TLSError) {
    let host = TLSEngine.normalized(context.serverName ?? host)
    guard !host.isEmpty else { throw TLSError(.wrongHost, "there is no server name to check the certificate against") }
    try self.init(context, host: host, place: place, isServer: false)
    try unsafe TLSEngine.setHost(host, isChecked: context.expectedURI == nil, ssl)
    unsafe SSL_set_cert_cb(ssl, TLSEngine.noteCertificateRequest, state)
    if context.hasCertificate { unsafe SSL_set_msg_callback(ssl, TLSEngine.noteEmptyCertificate) }
    unsafe SSL_set_connect_state(ssl)
    if let (session, validity) = unsafe context.sessions?.take(for: state.pointee.sessionPeer) {
      unsafe state.pointee.offeredValidity = validity
      unsafe session.offer(in: ssl)
    }
  }

  /// Makes the server's side.
  package convenience init(server context: TLSContext) throws(TLSError) {
    try self.init(context, host: "", place: "", isServer: true)
    unsafe SSL_set_accept_state(ssl)
  }

  private init(_ context: TLSContext, host: String, place: String, isServer: Bool) throws(TLSError) {
    ERR_clear_error()
    guard let ssl = unsafe SSL_new(context.pointer) else { throw TLSContext.setUpFailure() }
    let state = UnsafeMutablePointer<TLSState>.allocate(capacity: 1)
    unsafe state.initialize(to: TLSState(isServer: isServer, host: host, place: place, context: context))
    self.context = context
    unsafe self.ssl = ssl
    unsafe self.state = state
    // From here on `deinit` frees both.
    guard let bio = unsafe TLSQueueBIO.make(state) else { throw TLSContext.setUpFailure() }
    unsafe SSL_set_bio(ssl, bio, bio)
    guard unsafe SSL_set_ex_data(ssl, 0, state) == 1 else { throw TLSContext.setUpFailure() }
  }

  deinit {
    unsafe SSL_free(ssl)
    unsafe state.pointee.input.deallocate()
    unsafe state.pointee.output.deallocate()
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
    unsafe record?.deallocate()
  }

  // MARK: Handshake

  /// Starts the handshake: a client has output afterwards.
  package func start() { advance() }

  /// Takes ciphertext that arrived, and carries the handshake on. After a failed handshake there may be output
  /// left (an alert that tells the peer): send it, then close.
  package func receive(_ ciphertext: UnsafeRawBufferPointer) {
    guard let start = ciphertext.baseAddress, ciphertext.count > 0 else { return }
    unsafe state.pointee.input.append(start, ciphertext.count)
    if !hasReceived {
      hasReceived = true
      if let error = unsafe TLSFailure.notTLS(Array(ciphertext.prefix(8)), situation) {
        return handshake = .failed(error)
      }
    }
    advance()
  }

  /// The transport has ended: nothing more arrives.
  package func receiveEnd() {
    unsafe state.pointee.inputEnded = true
    advance()
  }

  private func advance() {
    guard handshake == .inProgress else { return }
    ERR_clear_error()
    let result = unsafe SSL_do_handshake(ssl)
    if result == 1 {
      unsafe SSL_set_msg_callback(ssl, nil)
      unsafe TLSEngine.noteValidity(ssl, state)
      handshake = (identityError() ?? protocolError()).map { .failed($0) } ?? .done
      return
    }
    switch unsafe SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: break
    default: handshake = .failed(TLSFailure.error(TLSErrorQueue.take(), situation))
    }
  }

  /// The check of a URI is ours alone, so it must have happened; in a resumed session it was before.
  private func identityError() -> TLSError? {
    guard let uri = context.expectedURI, unsafe !state.pointee.isForExpectedURI, !isResumed else { return nil }
    return TLSError(.wrongHost, "the server has shown no certificate for \(uri)")
  }

  private func protocolError() -> TLSError? {
    guard context.requiresHTTP2 else { return nil }
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    unsafe SSL_get0_alpn_selected(ssl, &name, &count)
    let selected = unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    guard selected != "h2" else { return nil }
    let what = selected.isEmpty ? "it negotiated no protocol" : "it chose \(selected)"
    return TLSError(.noALPN, "\(situation.peer) doesn't speak HTTP/2 at this port (ALPN: \(what))")
  }

  /// What the peer has shown of itself so far, whether it was accepted or not.
  package var peer: TLSPeer {
    let refused = unsafe state.pointee.refusedChain
    return unsafe TLSPeer(
      version: String(cString: SSL_get_version(ssl)),
      certificates: refused.isEmpty ? TLSPeer.certificates(SSL_get_peer_cert_chain(ssl)) : refused)
  }

  /// Whether the handshake resumed an earlier session; known once it is done.
  package var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

  // MARK: Plaintext

  /// Decrypts into `buffer`. Call it until it says `wouldBlock`.
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
      // In TLS 1.3 a server refuses a client, and with it a resumed session, only after the handshake.
      if error.code != .closed { unsafe context.sessions?.forget(state.pointee.sessionPeer) }
      return .failed(error)
    }
  }

  /// Encrypts all of the slices, in records of 16 KiB; the output grows by as much. Only after the handshake.
  package func write(_ slices: UnsafeBufferPointer<IOSlice>) -> Result {
    guard isConnected else { return notConnected }
    let record = unsafe recordMemory
    var used = 0
    var total = 0
    for index in slices.indices {
      var slice = unsafe slices[index]
      unsafe total += slice.count
      while unsafe slice.count > 0 {
        // A whole record's worth that lies in one piece needs no copy of ours.
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

  /// The queue takes everything, so that OpenSSL never asks to come again.
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

  /// The ciphertext that waits to be sent.
  package var outputCount: Int { unsafe state.pointee.output.count }

  /// Hands the waiting ciphertext, in one piece, to `send`, which returns how much of it was sent.
  package func withOutput(_ send: (UnsafeRawBufferPointer) -> Int) {
    guard outputCount > 0 else { return }
    let sent = unsafe send(state.pointee.output.bytes)
    unsafe state.pointee.output.drop(sent)
  }

  /// Says goodbye (close_notify): there is output afterwards.
  package func close() {
    guard isConnected else { return }
    ERR_clear_error()
    unsafe SSL_shutdown(ssl)
    ERR_clear_error()
  }
}

// MARK: - Setting up

extension TLSEngine {
  private var situation: TLSFailure.Situation {
    unsafe TLSFailure.Situation(
      isServer: state.pointee.isServer, host: state.pointee.host,
      certificateRequested: state.pointee.certificateRequested, hasCertificate: state.pointee.hasCertificate,
      unsuitableKey: state.pointee.unsuitableKey, verifyFailure: state.pointee.verifyFailure,
      isInHandshake: !isConnected, minimumVersion: context.minimumVersion)
  }

  /// Without an IPv6 literal's brackets and zone, and without a name's final dot: neither stands in a certificate.
  private static func normalized(_ host: String) -> String {
    var host = Substring(host)
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    if host.contains(":"), let zone = host.firstIndex(of: "%") { host = host[..<zone] }
    if host.hasSuffix(".") { host = host.dropLast() }
    return String(host)
  }

  /// What the certificate must be for; a name is asked for too (SNI), an address is not.
  private static func setHost(_ host: String, isChecked: Bool, _ ssl: OpaquePointer) throws(TLSError) {
    let parameters = unsafe SSL_get0_param(ssl)
    // Names count, not the subject's common name, and `*` for a whole label only.
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

  private static let noteCertificateRequest: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 =
    { _, argument in
      guard let state = unsafe argument?.assumingMemoryBound(to: TLSState.self) else { return 1 }
      unsafe state.pointee.certificateRequested = true
      return 1
    }

  /// OpenSSL shows no certificate, without a word, if its key can sign nothing that the server takes.
  private static let noteEmptyCertificate:
    @convention(c) (
      Int32, Int32, Int32, UnsafeRawPointer?, Int, OpaquePointer?, UnsafeMutableRawPointer?
    ) -> Void = { isWritten, _, type, bytes, count, ssl, _ in
      // RFC 8446, 4.4.2 and RFC 5246, 7.4.6: an empty list takes 8 or 7 bytes with the message's head.
      guard isWritten == 1, type == SSL3_RT_HANDSHAKE, count > 0, count <= 8, let ssl = unsafe ssl,
        unsafe bytes?.load(as: UInt8.self) == UInt8(SSL3_MT_CERTIFICATE), let state = unsafe TLSState.of(ssl)
      else { return }
      unsafe state.pointee.unsuitableKey = unsafe TLSSignatures.refusal(ssl)
    }

  /// Notes until when what this connection has verified, or its session's first one had, may be relied on.
  static func noteValidity(_ ssl: OpaquePointer, _ state: UnsafeMutablePointer<TLSState>) {
    guard unsafe state.pointee.validity == nil, let sessions = unsafe state.pointee.sessions else { return }
    guard unsafe SSL_session_reused(ssl) == 0 else {
      unsafe state.pointee.validity = unsafe state.pointee.offeredValidity
      return
    }
    guard let chain = unsafe SSL_get0_verified_chain(ssl) else { return }
    var left = Int64.max
    for index in unsafe 0..<max(0, OPENSSL_sk_num(chain)) {
      guard let entry = unsafe OPENSSL_sk_value(chain, index) else { return }
      let certificate = unsafe TLSCertificate(sharing: OpaquePointer(entry))
      left = min(left, certificate.secondsLeft ?? 0)
    }
    unsafe state.pointee.validity = sessions.validity(certificatesEndIn: left)
  }
}

extension IOSlice {
  mutating fileprivate func advance(by count: Int) {
    unsafe start += count
    unsafe self.count -= count
  }
}
