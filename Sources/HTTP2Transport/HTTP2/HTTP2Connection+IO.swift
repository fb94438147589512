internal import COTLPNGHTTP2
package import TelemetryCore

/// The flow of bytes between the transport, TLS and the session.
extension HTTP2Connection {
  /// The failure that ended the writing.
  enum WriteFailure {
    /// The session can't produce output.
    case session(String)
    /// The transport or TLS failed. The error is for `start`.
    case transport(String, HTTP2ConnectError)
  }

  package nonisolated func ready(_ readiness: Readiness) {
    loop.checkIsolated()
    // SAFETY: the loop's thread, which was checked, is the actor's. `assumeIsolated` does the same at the cost of a fifth
    // of all work here.
    unsafe unsafeBitCast(HTTP2Connection.handle, to: ((HTTP2Connection, Readiness) -> Void).self)(self, readiness)
  }

  private static let handle: @Sendable (isolated HTTP2Connection, Readiness) -> Void = { $0.handle($1) }

  private func handle(_ readiness: Readiness) {
    guard machine.isActive else { return }
    // Bits, because OptionSet's operations aren't specialized here and would allocate.
    let bits = readiness.rawValue
    let isHangUp = bits & Readiness.hangUp.rawValue != 0
    // The system also reports sockets that weren't blocked.
    if bits == Readiness.writable.rawValue, !isWriteBlocked { return }
    if bits & Readiness.writable.rawValue != 0 { isWriteBlocked = false }
    if isHangUp || bits & Readiness.readable.rawValue != 0 { readAll(toEnd: isHangUp) }
    step()
  }

  /// Ends the connection: without the loop no answer arrives and no timer fires.
  package nonisolated func loopEnded() {
    assumeIsolated { $0.end(.lost("the telemetry runtime was shut down"), connectError: .cancelled) }
  }

  /// Follows every event: examines the state of the session, submits queued requests, writes.
  func step() {
    guard let session, !machine.isClosed else { return }
    processSettings(session)
    processGoAway(session)
    repeat {
      if hasQueuedRequests { submitQueued() }
      guard flush(session) else { return writingFailed() }
      // RST_STREAM frees its stream when it is sent.
    } while hasQueuedRequests && session.hasRoom && keepalive?.isProbing != true
    if session.isFinished { return sessionFinished(session) }
    if !machine.isOpen, openRequests == 0 { perform(machine.requestsEnded()) }
  }

  private func processSettings(_ session: ClientSession) {
    guard machine.isStarting, session.hasSettings else { return }
    machine.settingsReceived()
    startKeepalive()
    if session.goAwayFailure == nil { started.fulfil(.success(())) }
  }

  private func processGoAway(_ session: ClientSession) {
    guard let goAway = session.takeNewGoAway() else { return }
    let action = machine.goAwayReceived(code: goAway.code, debug: goAway.debug)
    started.fulfil(.failure(.goAway(code: goAway.code, debug: goAway.debug)))
    perform(action)
  }

  // MARK: The end

  private func sessionFinished(_ session: ClientSession) {
    guard session.isGoAwayCause else {
      let reason = session.complaint ?? "the server broke the rules of HTTP/2"
      return end(.lost(reason), connectError: connectError(.notHTTP2(reason)))
    }
    endOrderly()
  }

  /// Ends a connection without open requests.
  func endOrderly() {
    if case .goAway(let code, let debug)? = session?.goAwayFailure, code != 0 {
      return end(.lost("the server said GOAWAY, code \(code) \(debug)"), connectError: .closedByPeer)
    }
    end(.orderly, connectError: .closedByPeer)
  }

  /// Ends a lost connection. The end counts as orderly if GOAWAY came before and no request is open.
  // Out of line, as all rare cases, so that `readAll` and `step` stay short.
  @inline(never)
  private func endLost(_ reason: String, _ error: HTTP2ConnectError) {
    guard let session, !machine.isClosed else { return }
    processGoAway(session)
    if session.goAwayFailure != nil, session.openRequests == 0 { return endOrderly() }
    end(.lost(reason), connectError: connectError(error))
  }

  @inline(never)
  private func connectError(_ error: HTTP2ConnectError) -> HTTP2ConnectError { machine.connectError(error) }

  /// Ends a connection that can't write any more. Bytes that have arrived are read before: a GOAWAY tells which requests
  /// the server never processed.
  @inline(never)
  private func writingFailed() {
    switch writeFailure {
    case .session(let reason)?: endLost(reason, .notHTTP2(reason))
    case .transport(let reason, let error)?:
      isWriteBlocked = true
      readAll(toEnd: true)
      endLost(reason, error)
    case nil: break
    }
  }

  /// Ends the connection if the suspicious bytes are a flood.
  @inline(never)
  private func checkFlood(_ session: ClientSession) {
    guard !machine.isClosed, session.isFlood(at: loop.now) else { return }
    session.terminate(NGHTTP2_ENHANCE_YOUR_CALM)
    _ = flush(session)
    let reason = "the server floods the connection with frames that answer nothing"
    end(.lost(reason), connectError: .notHTTP2(reason))
  }

  private func peerEnded() {
    if let tls {
      tls.receiveEnd()
      if case .failed(let error) = tls.handshake { return tlsFailed(error) }
    }
    endLost("the server closed the connection", .closedByPeer)
  }

  private func tlsFailed(_ error: TLSError) {
    if let tls { _ = sendCiphertext(tls) }
    end(.lost(error.message), connectError: .tls(error))
  }

  // MARK: Reading

  /// Bounds the reads of 32 KiB in a row, because the loop has timers and other sockets to serve.
  private static let readsInARow = 4

  /// Reads until a short read, since readiness is edge-triggered. After a hang-up no more readiness is reported, so
  /// `toEnd` reads until the end of the stream.
  func readAll(toEnd: Bool) {
    var reads = 0
    while !machine.isClosed, let input {
      guard reads < HTTP2Connection.readsInARow else { return readLater(toEnd: toEnd) }
      reads += 1
      switch unsafe transport.read(into: input.bytes) {
      case .bytes(let count):
        if hasKeepalive { bytesReceived() }
        unsafe receive(UnsafeRawBufferPointer(rebasing: input.bytes[..<count]))
        let isShort = unsafe count < input.bytes.count
        if isShort, !toEnd { return }
      case .wouldBlock: return
      case .end: return peerEnded()
      case .failed(let error): return endLost("\(error)", .transport(error))
      }
    }
  }

  /// Continues to read after the loop's other jobs.
  @inline(never)
  private func readLater(toEnd: Bool) {
    // A job that is scheduled already may be from before the hang-up.
    if toEnd { hasHungUp = true }
    guard !isReadScheduled else { return }
    isReadScheduled = true
    Task(executorPreference: loop) { await self.continueReading() }
  }

  private func continueReading() {
    isReadScheduled = false
    guard !machine.isClosed else { return }
    readAll(toEnd: hasHungUp)
    step()
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    guard let tls else {
      unsafe receivePlaintext(bytes)
      return countReceived(bytes.count)
    }
    unsafe tls.receive(bytes)
    switch tls.handshake {
    case .failed(let error): tlsFailed(error)
    case .inProgress: return
    case .done:
      decrypt(tls)
      countReceived(bytes.count)
    }
  }

  private func countReceived(_ count: Int) {
    if let session, session.bytesReceived(count) { checkFlood(session) }
  }

  private func decrypt(_ tls: TLSEngine) {
    while !machine.isClosed, let input {
      switch unsafe tls.read(into: input.plaintext) {
      case .bytes(let count): unsafe receivePlaintext(UnsafeRawBufferPointer(rebasing: input.plaintext[..<count]))
      case .wouldBlock: return
      case .end: return endLost("the server closed the connection", .closedByPeer)
      case .failed(let error): return tlsFailed(error)
      }
    }
  }

  private func receivePlaintext(_ bytes: UnsafeRawBufferPointer) {
    guard let session else { return }
    if machine.isStarting { unsafe noteFirst(bytes) }
    if let failure = unsafe session.receive(bytes) {
      end(.lost(failure), connectError: connectError(.notHTTP2(failure)))
    }
  }

  // Out of line: the check of exclusive access would otherwise be made for each read.
  @inline(never)
  private func bytesReceived() { keepalive?.bytesReceived(at: loop.now) }

  @inline(never)
  private func noteFirst(_ bytes: UnsafeRawBufferPointer) { unsafe machine.bytesReceived(bytes) }

  // MARK: Writing

  /// Writes until the output is empty or the transport accepts no more.
  /// - Returns: False if that failed, for the reason in `writeFailure`.
  func flush(_ session: ClientSession) -> Bool {
    guard let tls else { return flushPlaintext(session) }
    return flush(session, tls)
  }

  @inline(never)
  private func fail(_ failure: WriteFailure) -> Bool {
    writeFailure = failure
    return false
  }

  private func flushPlaintext(_ session: ClientSession) -> Bool {
    var isComplete = false
    while !isWriteBlocked {
      if session.isOutputEmpty {
        if let failure = session.fill() { return fail(.session(failure)) }
        if session.isOutputEmpty { return true }
        isComplete = session.outputIsComplete
      }
      switch unsafe transport.write(session.pendingOutput) {
      case .bytes(let count):
        session.advanceOutput(count)
        if isComplete, session.isOutputEmpty { return true }
      case .wouldBlock: isWriteBlocked = true
      case .end: return fail(.transport("the transport has ended", .closedByPeer))
      case .failed(let error): return fail(.transport("\(error)", .transport(error)))
      }
    }
    return true
  }

  private func flush(_ session: ClientSession, _ tls: TLSEngine) -> Bool {
    var isComplete = false
    while true {
      guard sendCiphertext(tls) else { return false }
      guard !isWriteBlocked, tls.handshake == .done else { return true }
      if session.isOutputEmpty {
        if let failure = session.fill() { return fail(.session(failure)) }
        if session.isOutputEmpty { return true }
        isComplete = session.outputIsComplete
      }
      switch unsafe tls.write(session.pendingOutput) {
      case .bytes(let count):
        session.advanceOutput(count)
        if isComplete, session.isOutputEmpty { return sendCiphertext(tls) }
      case .wouldBlock: return true
      case .end: return fail(.transport("TLS has ended", .closedByPeer))
      case .failed(let error): return fail(.transport(error.message, .tls(error)))
      }
    }
  }

  /// Writes the ciphertext that TLS has ready.
  /// - Returns: False if that failed, for the reason in `writeFailure`.
  func sendCiphertext(_ tls: TLSEngine) -> Bool {
    var isWritten = true
    while !isWriteBlocked, isWritten, tls.outputCount > 0 {
      unsafe tls.withOutput { bytes in
        switch unsafe transport.write(bytes) {
        case .bytes(let count): return count
        case .wouldBlock: isWriteBlocked = true
        case .end: isWritten = fail(.transport("the transport has ended", .closedByPeer))
        case .failed(let error): isWritten = fail(.transport("\(error)", .transport(error)))
        }
        return 0
      }
    }
    return isWritten
  }
}
