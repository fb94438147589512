package import TelemetryCore

/// A client's HTTP/2 connection over one transport, in plaintext (with prior knowledge) or with TLS.
///
/// The actor drives bytes and timers between the transport, TLS and the session. The decisions are made by
/// `ConnectionStateMachine`, `KeepaliveStateMachine`, `IdleProbe`, `TimeoutDetector` and `FloodDetector`.
package actor HTTP2Connection: LoopHandler {
  package nonisolated let loop: TelemetryLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  let transport: any Transport
  let tls: TLSEngine?
  let configuration: HTTP2Configuration
  private let onEvent: @Sendable (HTTP2ConnectionEvent) -> Void
  /// The first event, after which no request is accepted. A close after a GOAWAY is a part of the same end.
  package private(set) var ending: (event: HTTP2ConnectionEvent, instant: MonotonicInstant)?
  var machine = ConnectionStateMachine()
  var session: ClientSession?
  var input: InputBuffer?
  var isWriteBlocked = false
  var writeFailure: WriteFailure?
  /// A job that continues to read is scheduled.
  var isReadScheduled = false
  /// The system has reported the end, which it does once.
  var hasHungUp = false
  var queue = StreamQueue() { didSet { hasQueuedRequests = !queue.isEmpty } }
  // A copy, because an access to the queue costs a check of exclusive access.
  private(set) var hasQueuedRequests = false
  /// The number of all requests, which is also the id of the latest one.
  package private(set) var requestCount: UInt64 = 0
  private var timer: (deadline: Deadline, id: TelemetryLoop.TimerID)?
  /// The value of `clocksApart` when the timer was set.
  private var timerClocksApart = Duration.zero
  /// Nil before the start, and without keepalive unless a probe is open.
  var keepalive: KeepaliveStateMachine? { didSet { hasKeepalive = keepalive != nil } }
  // A copy, as `hasQueuedRequests`.
  private(set) var hasKeepalive = false
  /// Nil before the start, and if silent connections aren't probed.
  var idleProbe: IdleProbe?
  var keepaliveTimer: TelemetryLoop.TimerID?
  let started = Promise<Result<Void, HTTP2ConnectError>>()
  private let settled = Promise<Void>()

  /// Makes a connection that sends nothing before `start`. A started connection lives until either side closes it.
  /// - Parameters:
  ///   - loop: The loop of the transport.
  ///   - tls: The client's side of TLS, not started; nil for plaintext.
  ///   - onEvent: Called on the loop; must not block.
  package init(
    loop: TelemetryLoop, transport: sending any Transport, tls: sending TLSEngine? = nil,
    configuration: HTTP2Configuration = .init(), onEvent: @escaping @Sendable (HTTP2ConnectionEvent) -> Void = { _ in }
  ) {
    self.loop = loop
    self.transport = transport
    self.tls = tls
    self.configuration = configuration
    self.onEvent = onEvent
  }

  /// True if a request is accepted now: the connection is started, has no GOAWAY, isn't closed, and has stream identifiers
  /// left. A request beyond the server's limit of concurrent streams is accepted and waits.
  package var acceptsRequests: Bool { machine.isOpen }

  /// True after the end of all requests.
  package var isClosed: Bool { machine.isClosed }

  /// The number of requests that wait for a stream, are being sent, or have no answer yet.
  package var openRequests: Int { queue.count + (session?.openRequests ?? 0) }

  /// The name of the peer, for messages.
  package var peer: String { transport.peer }

  /// The peer's identity in the TLS handshake; nil for plaintext.
  package var tlsPeer: TLSPeer? { tls?.peer }

  // MARK: Start and end

  /// Performs the handshake: TLS with `h2`, the preface, SETTINGS of both sides. Returns when the server's SETTINGS have
  /// arrived. After an error the connection is closed.
  package func start(deadline: Deadline) async throws(HTTP2ConnectError) {
    guard machine.isIdle, let session = ClientSession(configuration: configuration, isTLS: tls != nil) else {
      throw .cancelled
    }
    machine.started()
    self.session = session
    input = InputBuffer(isTLS: tls != nil)
    tls?.start()
    if let keepalive = configuration.keepalive { transport.setUserTimeout(keepalive.timeout) }  // RULES 5.7.9
    do throws(SystemError) {
      try transport.activate(self)
      step()
    } catch {
      end(.lost("\(error)"), connectError: .transport(error))
    }
    let result = await withTaskCancellationHandler {
      await started.value(until: deadline, on: loop)
    } onCancel: {
      started.fulfil(.failure(.cancelled))
    }
    guard case .success = result else {
      let error = result.flatMap { if case .failure(let error) = $0 { error } else { nil } } ?? .timedOut
      end(.lost("the connection didn't come about"), connectError: error)
      throw error
    }
  }

  /// Accepts no more requests, waits until the open ones have ended or the deadline has passed, sends GOAWAY and closes.
  package func close(deadline: Deadline) async {
    guard !machine.isClosed else { return }
    machine.closeRequested()
    if machine.isEstablished, openRequests > 0 { _ = await settled.value(until: deadline, on: loop) }
    end(.orderly, connectError: .cancelled)
  }

  /// Ends the connection and answers all open requests.
  func end(_ reason: HTTP2CloseReason, connectError: HTTP2ConnectError) {
    guard !machine.isClosed else { return }
    let wasStarted = !machine.isIdle
    machine.ended()
    let text: String
    switch reason {
    case .orderly:
      text = "closed by this side"
      sendGoodbye()
    case .lost(let reason), .unresponsive(let reason): text = reason
    }
    transport.close()
    session?.connectionLost(text)
    session = nil
    input = nil
    let queued = queue.removeFirst(atMost: .max)
    // A request that waited for the answer to a probe was never sent, so another connection can carry it.
    let failure = keepalive?.isProbing == true ? HTTP2Failure.notAccepted : .connectionLost(reason: text)
    for entry in queued { entry.fail(failure) }
    if let timer { loop.cancel(timer.id) }
    timer = nil
    if let keepaliveTimer { loop.cancel(keepaliveTimer) }
    keepaliveTimer = nil
    started.fulfil(.failure(connectError))
    settled.fulfil(())
    if wasStarted { report(.closed(reason)) }
  }

  private func report(_ event: HTTP2ConnectionEvent) {
    if ending == nil { ending = (event, loop.now) }
    onEvent(event)
  }

  private func sendGoodbye() {
    if let session {
      session.terminate()
      _ = flush(session)
    }
    if let tls {
      tls.close()
      _ = sendCiphertext(tls)
    }
  }

  func perform(_ action: ConnectionStateMachine.Action?) {
    switch action {
    case .report(let event): report(event)
    case .continueClose: settled.fulfil(())
    case .end:
      settled.fulfil(())
      // The output isn't awaited: a server that reads nothing would keep the connection forever.
      endOrderly()
    case nil: break
    }
  }

  // MARK: Requests

  /// Sends a request and waits for its response. Several requests may be open at once. When the deadline passes or the
  /// calling task is cancelled, the stream is reset and the call returns at once.
  /// - Parameter waits: If false, a request for which no stream is available fails with `noStreamAvailable` at once.
  package func request(_ request: HTTP2Request, deadline: Deadline, waits: Bool = true) async -> HTTP2Response {
    guard acceptsRequests else { return HTTP2Response(failure: .notAccepted, fate: .neverProcessed) }
    requestCount += 1
    let id = requestCount
    return await withTaskCancellationHandler {
      await unsafe withUnsafeContinuation { unsafe begin(id, request, deadline, waits, $0) }
    } onCancel: {
      // A timer that is due at once, because the handler runs on any thread and must not block.
      loop.schedule(at: Deadline(.distantPast)) { self.assumeIsolated { $0.cancel(id) } }
    }
  }

  // Other jobs may have run since `request` was called, if the calling task prefers another executor. Therefore all
  // conditions are checked here.
  private func begin(
    _ id: UInt64, _ request: HTTP2Request, _ deadline: Deadline, _ waits: Bool,
    _ continuation: UnsafeContinuation<HTTP2Response, Never>
  ) {
    guard acceptsRequests, !deadline.hasPassed(at: loop.now), !Task.isCancelled else {
      return unsafe refuse(deadline, continuation)
    }
    setTimer(deadline, forRequest: true)
    if hasKeepalive {
      requestOpened()
      if keepalive?.isProbing == true {
        queue.append(
          unsafe StreamQueue.Entry(id: id, request: request, deadline: deadline, continuation: continuation))
        return step()
      }
    }
    if !hasQueuedRequests, let session, session.isFree || (session.hasRoom && (waits || limit == nil)) {
      unsafe submit(id, request, deadline, continuation, session)
      step()
    } else if !waits, let limit {
      unsafe continuation.resume(returning: HTTP2Response(failure: .noStreamAvailable(limit), fate: .neverProcessed))
    } else {
      queue.append(unsafe StreamQueue.Entry(id: id, request: request, deadline: deadline, continuation: continuation))
      if hasKeepalive { step() }
    }
  }

  @inline(never)
  private func refuse(_ deadline: Deadline, _ continuation: UnsafeContinuation<HTTP2Response, Never>) {
    let failure: HTTP2Failure
    if !acceptsRequests {
      failure = .notAccepted
    } else {
      failure = deadline.hasPassed(at: loop.now) ? .deadline : .cancelled
    }
    unsafe continuation.resume(returning: HTTP2Response(failure: failure, fate: .neverProcessed))
  }

  private func submit(
    _ id: UInt64, _ request: HTTP2Request, _ deadline: Deadline,
    _ continuation: UnsafeContinuation<HTTP2Response, Never>, _ session: ClientSession
  ) {
    let failure: HTTP2Failure
    switch unsafe session.submit(id, request, deadline, continuation) {
    case .done: return
    case .notAccepted(let exhausted):
      if exhausted { perform(machine.streamsExhausted()) }
      failure = session.goAwayFailure ?? .notAccepted
    case .invalid(let reason): failure = reason
    }
    unsafe continuation.resume(returning: HTTP2Response(failure: failure, fate: .neverProcessed))
  }

  /// Opens streams for queued requests as far as the server permits. A draining connection refuses them.
  @inline(never)
  func submitQueued() {
    while hasQueuedRequests, keepalive?.isProbing != true {
      if machine.isDraining {
        queue.removeFirst().fail(session?.goAwayFailure ?? .notAccepted)
      } else if let session, session.hasRoom {
        let entry = queue.removeFirst()
        unsafe submit(entry.id, entry.request, entry.deadline, entry.continuation, session)
      } else {
        return
      }
    }
  }

  private func cancel(_ id: UInt64) {
    if let entry = queue.remove(id) {
      entry.fail(.cancelled)
    } else {
      session?.abandon(id, .cancelled)
    }
    step()
  }

  // MARK: Deadlines

  /// Sets one timer for the earliest deadline. The end of a request leaves the timer set, so that an answer in time costs
  /// nothing here.
  private func setTimer(_ deadline: Deadline, forRequest: Bool = false) {
    if let timer {
      guard deadline < timer.deadline else { return }
      loop.cancel(timer.id)
    } else {
      if forRequest { requestBegan(deadline: deadline) }
      guard !deadline.isNever else { return }
      timerClocksApart = clocksApart
    }
    // The reference is strong, until the timer fires or the connection ends: a single weak reference would slow down all
    // later retains and releases of the connection.
    let id = loop.schedule(at: deadline) { self.assumeIsolated { $0.deadlinePassed() } }
    timer = (deadline, id)
  }

  private func deadlinePassed() {
    let fired = timer
    timer = nil
    let now = loop.now
    for entry in queue.removeExpired(at: now) { entry.fail(.deadline) }
    let verdict = session?.abandonExpired(now, latest: requestCount) ?? .keep
    if let fired { timerFired(setFor: fired.deadline, clocksApart: timerClocksApart) }
    requestsTimedOut(verdict)
    step()
    if !machine.isClosed { setTimer(min(queue.earliestDeadline, session?.earliestDeadline ?? .never)) }
  }
}
