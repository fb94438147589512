internal import COTLPNGHTTP2
package import TelemetryCore

/// Memory to read into.
@safe
final class InputBuffer {
  // SAFETY: allocated in `init`, freed in `deinit`.
  let bytes: UnsafeMutableRawBufferPointer
  let plaintext: UnsafeMutableRawBufferPointer

  init(isTLS: Bool) {
    unsafe bytes = .allocate(byteCount: 32_768, alignment: 16)
    unsafe plaintext = .allocate(byteCount: isTLS ? TLSEngine.recordSize : 0, alignment: 16)
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe plaintext.deallocate()
  }
}

// MARK: The driver's way of bytes

extension HTTP2Connection {
  package nonisolated func ready(_ readiness: Readiness) {
    loop.checkIsolated()
    // SAFETY: on the loop's thread, which was checked, is in the actor. `assumeIsolated` does the same, at the cost of a
    // fifth of all that happens here.
    unsafe unsafeBitCast(HTTP2Connection.handle, to: ((HTTP2Connection, Readiness) -> Void).self)(self, readiness)
  }

  private static let handle: @Sendable (isolated HTTP2Connection, Readiness) -> Void = { $0.handle($1) }

  private func handle(_ readiness: Readiness) {
    guard phase != .closed, phase != .idle else { return }
    // By bits: OptionSet's operations aren't specialized here, and would allocate.
    let bits = readiness.rawValue
    let isHangUp = bits & Readiness.hangUp.rawValue != 0
    // The system says so also where nothing was held up: then there is nothing to do.
    if bits == Readiness.writable.rawValue, !isWriteBlocked { return }
    if bits & Readiness.writable.rawValue != 0 { isWriteBlocked = false }
    if isHangUp || bits & Readiness.readable.rawValue != 0 { readAll(toEnd: isHangUp) }
    step()
  }

  /// The loop has ended: no answer and no timer comes any more.
  package nonisolated func loopEnded() {
    assumeIsolated { $0.end(.lost("the telemetry runtime was shut down"), connectError: .cancelled) }
  }

  /// After anything has happened: looks at what the session says, starts who waits, writes.
  func step() {
    guard let session, phase != .closed else { return }
    noteHandshake(session)
    noteGoAway(session)
    if isAnyoneWaiting { startWaiting() }
    if let failure = flush(session) { return giveUp(failure) }
    if session.isFinished { return finish(session) }
    noteSettled(session)
  }

  /// Nothing can be written any more. What came before that still counts: a GOAWAY says which requests the server
  /// never looked at.
  // Out of line, like `lose`: what seldom happens makes `readAll` and `step` longer otherwise.
  @inline(never)
  private func giveUp(_ failure: String) {
    guard let error = writeFailure else { return lose(failure, .notHTTP2(failure)) }
    isWriteBlocked = true
    readAll(toEnd: true)
    lose(failure, error)
  }

  private func noteHandshake(_ session: ClientSession) {
    guard phase == .starting, session.hasSettings else { return }
    phase = .open
    startKeepalive()
    if session.goAwayFailure == nil { started.fulfil(.success(())) }
  }

  private func noteGoAway(_ session: ClientSession) {
    guard let goAway = session.takeNewGoAway() else { return }
    if phase == .open { drain() }
    started.fulfil(.failure(.goAway(code: goAway.code, debug: goAway.debug)))
    onEvent(.goAway(code: goAway.code, debug: goAway.debug))
  }

  /// The session has come to its end.
  private func finish(_ session: ClientSession) {
    guard session.isGoAwayCause else {
      let words = session.complaint ?? "the server broke the rules of HTTP/2"
      return end(.lost(words), connectError: startError(.notHTTP2(words)))
    }
    endOrderly(session)
  }

  func endOrderly(_ session: ClientSession) {
    if let failure = session.goAwayFailure, case .goAway(let code, let debug) = failure, code != 0 {
      return end(.lost("the server said GOAWAY, code \(code) \(debug)"), connectError: .closedByPeer)
    }
    end(.orderly, connectError: .closedByPeer)
  }

  /// What to tell `start` when the peer's bytes were no good. Out of line, as `noteSign`.
  @inline(never)
  private func startError(_ error: HTTP2ConnectError) -> HTTP2ConnectError { firstBytes.verdict(error) }

  // MARK: Reading

  // So many reads of 32 KiB in a row: the loop has timers to run, and other sockets.
  private static let readsInARow = 4

  /// Reads until a short read; readiness is edge-triggered. After a hang-up no more readiness comes: to the end then.
  func readAll(toEnd: Bool) {
    var reads = 0
    while phase != .closed, let input {
      guard reads < HTTP2Connection.readsInARow else { return readLater(toEnd: toEnd) }
      reads += 1
      switch unsafe transport.read(into: input.bytes) {
      case .bytes(let count):
        if isKeptAlive { noteSign() }
        unsafe receive(UnsafeRawBufferPointer(rebasing: input.bytes[..<count]))
        let isShort = unsafe count < input.bytes.count
        if isShort, !toEnd { return }
      case .wouldBlock: return
      case .end: return peerEnded()
      case .failed(let error): return lose("\(error)", .transport(error))
      }
    }
  }

  /// Goes on with reading when the loop has had its turn.
  @inline(never)
  private func readLater(toEnd: Bool) {
    guard !isReadPending else { return }
    isReadPending = true
    Task(executorPreference: loop) { await self.goOnReading(toEnd: toEnd) }
  }

  private func goOnReading(toEnd: Bool) {
    isReadPending = false
    guard phase != .closed else { return }
    readAll(toEnd: toEnd)
    step()
  }

  /// The server sends without end, and no call gets further.
  @inline(never)
  private func noteFlood(_ session: ClientSession) {
    guard phase != .closed, session.isFlood(at: loop.now) else { return }
    session.terminate(NGHTTP2_ENHANCE_YOUR_CALM)
    _ = flush(session)
    let words = "the server floods the connection with frames that answer nothing"
    end(.lost(words), connectError: .notHTTP2(words))
  }

  /// The connection is gone. If GOAWAY came before that, and nothing was open then, all is as the server meant it to be.
  @inline(never)
  private func lose(_ words: String, _ error: HTTP2ConnectError) {
    guard let session, phase != .closed else { return }
    noteGoAway(session)
    if session.goAwayFailure != nil, session.openCalls == 0 { return endOrderly(session) }
    end(.lost(words), connectError: startError(error))
  }

  private func peerEnded() {
    if let tls {
      tls.receiveEnd()
      if case .failed(let error) = tls.handshake { return failTLS(error) }
    }
    lose("the server closed the connection", .closedByPeer)
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    guard let tls else {
      unsafe takePlaintext(bytes)
      return noteReceived(bytes.count)
    }
    unsafe tls.receive(bytes)
    switch tls.handshake {
    case .failed(let error): failTLS(error)
    case .inProgress: return
    case .done:
      decrypt(tls)
      noteReceived(bytes.count)
    }
  }

  private func noteReceived(_ count: Int) {
    if let session, session.noteReceived(count) { noteFlood(session) }
  }

  private func decrypt(_ tls: TLSEngine) {
    while phase != .closed, let input {
      switch unsafe tls.read(into: input.plaintext) {
      case .bytes(let count): unsafe takePlaintext(UnsafeRawBufferPointer(rebasing: input.plaintext[..<count]))
      case .wouldBlock: return
      case .end: return lose("the server closed the connection", .closedByPeer)
      case .failed(let error): return failTLS(error)
      }
    }
  }

  private func takePlaintext(_ bytes: UnsafeRawBufferPointer) {
    guard let session else { return }
    if phase == .starting { unsafe noteFirst(bytes) }
    if let failure = unsafe session.receive(bytes) {
      end(.lost(failure), connectError: startError(.notHTTP2(failure)))
    }
  }

  // Out of line: the check of access to what they change would otherwise be made for each read.
  @inline(never)
  private func noteSign() { keepalive?.heard(at: loop.now) }

  @inline(never)
  private func noteFirst(_ bytes: UnsafeRawBufferPointer) { unsafe firstBytes.append(bytes) }

  private func failTLS(_ error: TLSError) {
    if let tls { _ = sendCiphertext(tls) }
    end(.lost(error.message), connectError: .tls(error))
  }

  // MARK: Writing

  /// Writes until nothing is left or the transport takes no more; the words for a failure.
  func flush(_ session: ClientSession) -> String? {
    guard let tls else { return flushPlaintext(session) }
    return flush(session, tls)
  }

  /// Notes what `start` has to say of a failed write.
  private func fail(_ words: String, _ error: HTTP2ConnectError) -> String {
    writeFailure = error
    return words
  }

  private func flushPlaintext(_ session: ClientSession) -> String? {
    var isComplete = false
    while !isWriteBlocked {
      if session.isOutputEmpty {
        if let failure = session.fill() { return failure }
        if session.isOutputEmpty { return nil }
        isComplete = session.outputIsComplete
      }
      switch unsafe transport.write(session.pendingOutput) {
      case .bytes(let count):
        session.advanceOutput(count)
        if isComplete, session.isOutputEmpty { return nil }
      case .wouldBlock: isWriteBlocked = true
      case .end: return fail("the transport has ended", .closedByPeer)
      case .failed(let error): return fail("\(error)", .transport(error))
      }
    }
    return nil
  }

  private func flush(_ session: ClientSession, _ tls: TLSEngine) -> String? {
    var isComplete = false
    while true {
      if let failure = sendCiphertext(tls) { return failure }
      guard !isWriteBlocked, tls.handshake == .done else { return nil }
      if session.isOutputEmpty {
        if let failure = session.fill() { return failure }
        if session.isOutputEmpty { return nil }
        isComplete = session.outputIsComplete
      }
      switch unsafe tls.write(session.pendingOutput) {
      case .bytes(let count):
        session.advanceOutput(count)
        if isComplete, session.isOutputEmpty { return sendCiphertext(tls) }
      case .wouldBlock: return nil
      case .end: return fail("TLS has ended", .closedByPeer)
      case .failed(let error): return fail(error.message, .tls(error))
      }
    }
  }

  /// Sends what TLS has ready; the words for a failure.
  func sendCiphertext(_ tls: TLSEngine) -> String? {
    var failure: String?
    while !isWriteBlocked, failure == nil, tls.outputCount > 0 {
      unsafe tls.withOutput { bytes in
        guard let start = bytes.baseAddress else { return 0 }
        return unsafe withUnsafeTemporaryAllocation(of: IOSlice.self, capacity: 1) { slice in
          unsafe slice.initializeElement(at: 0, to: IOSlice(start: start, count: bytes.count))
          switch unsafe transport.write(UnsafeBufferPointer(slice)) {
          case .bytes(let count): return count
          case .wouldBlock: isWriteBlocked = true
          case .end: failure = fail("the transport has ended", .closedByPeer)
          case .failed(let error): failure = fail("\(error)", .transport(error))
          }
          return 0
        }
      }
    }
    return failure
  }
}
