internal import HTTP2Transport
internal import TelemetryCore

/// A connection of a collector. Moves bytes between the transport, TLS and the session of HTTP/2 or HTTP/1.1.
actor CollectorConnection: LoopHandler {
  nonisolated let loop: TelemetryLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  nonisolated let number: Int
  let store: CollectorStore
  private(set) var session: any CollectorSession
  var requests: [Int32: ServerRequest] = [:]
  var readsPaused = false
  /// A GOAWAY was sent: the connection ends when no request is open.
  var closesWhenIdle = false
  /// The lowest last-stream-id of the GOAWAYs sent. Later streams are not accepted.
  var goAwayLimit = Int32.max
  /// The latest stream with an accepted request.
  var lastAccepted: Int32 = 0
  /// The connection ends when its output is written.
  var closesWhenFlushed = false
  private(set) var isClosed = false
  /// Nothing is read before the client has taken the output.
  private var isHeldBack = false
  /// The client has sent something, by which its protocol is known.
  private var hasBegun = false

  private let transport: any Transport
  private let tls: TLSEngine?
  private let behavior: LoopbackCollector.ConnectionBehavior
  private let onClose: @Sendable (Int) -> Void
  private var output: [UInt8] = []
  private var outputHead = 0
  private var bytesRead = 0
  private var ageTimer: TelemetryLoop.TimerID?
  /// The maximum age was reached before the TLS handshake was complete.
  private var isPastAge = false
  /// The PING after the warning of the maximum age is not acknowledged yet.
  private var awaitsAgePing = false
  private var readTimer: TelemetryLoop.TimerID?
  var floodTimer: TelemetryLoop.TimerID?
  // Read buffers of the transport and of TLS.
  private let buffer = RawBuffer(capacity: 64 << 10)
  private let plaintext = RawBuffer(capacity: 16 << 10)

  init(
    loop: TelemetryLoop, transport: sending any Transport, tls: TLSServerContext?, number: Int,
    behavior: LoopbackCollector.ConnectionBehavior, store: CollectorStore, onClose: @escaping @Sendable (Int) -> Void
  ) throws(TLSError) {
    self.loop = loop
    self.transport = transport
    self.number = number
    self.behavior = behavior
    self.store = store
    self.onClose = onClose
    session = ServerSession(store.configuration)
    if let tls { self.tls = try TLSEngine(server: tls) } else { self.tls = nil }
  }

  func start() {
    if behavior == .ignore { readsPaused = true }
    do throws(SystemError) {
      try transport.activate(self)
    } catch {
      return close()
    }
    if behavior == .close { return close() }
    tls?.start()
    scheduleAge()
    flush()
  }

  nonisolated func ready(_ readiness: Readiness) {
    assumeIsolated { connection in
      connection.readAll()
      connection.flush()
    }
  }

  nonisolated func loopEnded() { assumeIsolated { $0.close() } }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    transport.close()
    for request in requests.values { if let timer = request.timer { loop.cancel(timer) } }
    requests = [:]
    if let ageTimer { loop.cancel(ageTimer) }
    if let readTimer { loop.cancel(readTimer) }
    if let floodTimer { loop.cancel(floodTimer) }
    onClose(number)
  }

  // MARK: Reading

  // Bounded, because the loop has other connections and timers.
  private static let readsInARow = 16
  // A client that reads nothing gets no more responses, and no more acknowledgements of PINGs, than these bytes.
  private static let mostOutput = 1 << 20

  private func readAll() {
    var reads = 0
    while !isClosed, !readsPaused, !closesWhenFlushed {
      guard reads < CollectorConnection.readsInARow else { return readAgain(after: .zero) }
      guard outputCount <= CollectorConnection.mostOutput else {
        isHeldBack = true
        return
      }
      reads += 1
      let result = unsafe transport.read(
        into: UnsafeMutableRawBufferPointer(start: buffer.base, count: min(buffer.capacity, readLimit)))
      switch result {
      case .bytes(let count): received(count)
      case .wouldBlock: return
      case .end, .failed: return close()
      }
    }
  }

  /// The number of bytes that may be read before the next scripted fault.
  private var readLimit: Int {
    switch behavior {
    case .closeAfter(let limit), .stopReadingAfter(let limit): max(1, max(0, limit) - bytesRead)
    case .readSlowly(let bytes, _): max(1, bytes)
    default: buffer.capacity
    }
  }

  private func received(_ count: Int) {
    bytesRead += count
    switch behavior {
    case .silence: return
    case .reply(let bytes):
      output = bytes
      return flushAndClose()
    case .closeAfter(let limit): if bytesRead >= limit { return close() }
    case .stopReadingAfter(let limit): if bytesRead >= limit { readsPaused = true }
    case .readSlowly(_, let pause):
      readsPaused = true
      readAgain(after: pause)
    case .serve, .close, .ignore: break
    }
    guard let tls else { return unsafe feed(buffer.bytes(0..<count)) }
    unsafe tls.receive(buffer.bytes(0..<count))
    if case .failed = tls.handshake { return flushAndClose() }
    if isPastAge, isServing { reachAge() }
    decrypt(tls)
  }

  private func readAgain(after pause: Duration) {
    guard readTimer == nil else { return }
    let wasPaused = readsPaused
    readTimer = loop.schedule(at: Deadline(loop.now + pause)) { [weak self] in
      self?.assumeIsolated { connection in
        connection.readTimer = nil
        if wasPaused { connection.readsPaused = false }
        connection.readAll()
        connection.flush()
      }
    }
  }

  private func decrypt(_ tls: TLSEngine) {
    while !isClosed, case .done = tls.handshake {
      switch unsafe tls.read(into: UnsafeMutableRawBufferPointer(start: plaintext.base, count: plaintext.capacity)) {
      case .bytes(let count): unsafe feed(plaintext.bytes(0..<count))
      case .wouldBlock: return
      case .end, .failed: return close()
      }
    }
  }

  private func feed(_ bytes: UnsafeRawBufferPointer) {
    store.read(bytes.count)
    if !hasBegun {
      unsafe chooseProtocol(bytes)
      if isPastAge, isServing { reachAge() }
    }
    let isUnderstood = unsafe session.receive(bytes)
    handleEvents()
    if !isUnderstood { flushAndClose() }
  }

  /// HTTP/2 begins with `PRI` (RFC 9113, 3.4); a request of HTTP/1.1 begins with the name of a method.
  private func chooseProtocol(_ bytes: UnsafeRawBufferPointer) {
    hasBegun = true
    guard store.configuration.waitsForProtocol else { return }
    guard let first = unsafe bytes.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) else { return }
    let isHTTP2 = unsafe bytes.count < 3 ? first == UInt8(ascii: "P") : bytes.starts(with: "PRI".utf8)
    guard !isHTTP2 else { return }
    session = HTTP1Session(store.configuration)
  }

  // MARK: Writing

  /// Sends the session's output, and ends the connection if it is finished.
  func flush() {
    guard !isClosed else { return }
    if isServing {
      guard session.collectOutput(into: &output) else { return close() }
      // Sending can end streams, which nghttp2 reports only here.
      handleEvents()
      while !isClosed, session.hasEvents {
        handleEvents()
        _ = session.collectOutput(into: &output)
      }
    }
    guard !isClosed, writeOutput() else { return }
    if isHeldBack {
      isHeldBack = false
      if !readsPaused { readAgain(after: .zero) }
    }
    if closesWhenFlushed || isServing && (session.isFinished || closesWhenIdle && session.openStreams == 0) {
      finish()
    }
  }

  private var isServing: Bool {
    guard !closesWhenFlushed, speaksHTTP2, hasBegun || !store.configuration.waitsForProtocol else { return false }
    guard let tls else { return true }
    if case .done = tls.handshake { return true }
    return false
  }

  private var speaksHTTP2: Bool {
    switch behavior {
    case .serve, .closeAfter, .stopReadingAfter, .readSlowly: true
    case .close, .silence, .ignore, .reply: false
    }
  }

  /// True if the system has taken all output.
  var isDrained: Bool { outputCount == 0 }

  private var outputCount: Int { output.count - outputHead + (tls?.outputCount ?? 0) }

  /// Appends bytes to the output, after the session's output so far.
  func append(_ bytes: [UInt8]) {
    _ = session.collectOutput(into: &output)
    output += bytes
  }

  /// Takes the session's output so far, so that nghttp2 can't send later frames before it.
  func settleOutput() { _ = session.collectOutput(into: &output) }

  func flushAndClose() {
    guard !isClosed else { return }
    if speaksHTTP2 { settleOutput() }
    closesWhenFlushed = true
    if writeOutput() { finish() }
  }

  private func finish() {
    if let tls, case .done = tls.handshake {
      tls.close()
      unsafe tls.withOutput { unsafe writeOnce($0) }
    }
    close()
  }

  /// Returns true if all output is written.
  private func writeOutput() -> Bool {
    // The bytes of a scripted `reply` are sent without TLS.
    if let tls, speaksHTTP2 {
      if outputHead < output.count, case .done = tls.handshake {
        unsafe output.withUnsafeBytes { _ = unsafe tls.write($0) }
        output.removeAll(keepingCapacity: true)
      }
      while tls.outputCount > 0 {
        let before = tls.outputCount
        unsafe tls.withOutput { unsafe writeOnce($0) }
        if isClosed || tls.outputCount == before { return false }
      }
      return true
    }
    while outputHead < output.count {
      let count = unsafe output[outputHead...].withUnsafeBytes { unsafe writeOnce($0) }
      if isClosed || count == 0 { return false }
      outputHead += count
    }
    output.removeAll(keepingCapacity: true)
    outputHead = 0
    return true
  }

  @unsafe
  private func writeOnce(_ bytes: UnsafeRawBufferPointer) -> Int {
    switch unsafe transport.write(bytes) {
    case .bytes(let count): return count
    case .wouldBlock: return 0
    case .end, .failed:
      close()
      return 0
    }
  }

  // MARK: Age

  private func scheduleAge() {
    guard let age = store.configuration.maxConnectionAge else { return }
    ageTimer = loop.schedule(at: Deadline(loop.now + age)) { [weak self] in
      self?.assumeIsolated { $0.reachAge() }
    }
  }

  /// Sends a first GOAWAY as a warning, as servers with a maximum connection age do. The second GOAWAY, with the last
  /// stream, follows when the client has acknowledged a PING (5.8.4).
  private func reachAge() {
    ageTimer = nil
    guard !isClosed else { return }
    guard isServing else {
      isPastAge = true
      return
    }
    isPastAge = false
    sendGoAway(.max, 0, "max_age")
    session.submitPing()
    awaitsAgePing = true
    flush()
  }

  func pingAcknowledged() {
    guard awaitsAgePing else { return }
    awaitsAgePing = false
    session.submitGoAway(lastStream: session.lastProcessedStream, 0, debug: "max_age")
    closesWhenIdle = true
  }
}
