/// The phases of a client's connection.
///
///     idle ──started──▶ starting ──settingsReceived──▶ open
///     open ──closeRequested──▶ closing
///     open, closing ──goAwayReceived, streamsExhausted, requestsTimedOut──▶ draining
///     closing, draining ──requestsEnded──▶ (end of the connection)
///     every phase ──ended──▶ closed
// Every field is trivial, so that an access to the machine costs no check of exclusive access.
struct ConnectionStateMachine {
  enum Phase {
    /// Nothing is sent before the start.
    case idle
    /// The handshake is in progress: TLS, preface, SETTINGS.
    case starting(ProtocolDetector)
    /// Requests are accepted.
    case open
    /// The owner has asked for the end. Open requests go on, and queued requests still get streams.
    case closing
    /// The connection ends with the last open request. Queued requests get no streams.
    case draining
    case closed
  }

  enum Action: Hashable {
    /// Report an event to the owner.
    case report(HTTP2ConnectionEvent)
    /// Let `close` continue.
    case continueClose
    /// Let `close` continue, and end the connection in order.
    case end
  }

  private var phase = Phase.idle

  // MARK: Queries

  var isIdle: Bool { if case .idle = phase { true } else { false } }
  var isStarting: Bool { if case .starting = phase { true } else { false } }
  var isOpen: Bool { if case .open = phase { true } else { false } }
  var isDraining: Bool { if case .draining = phase { true } else { false } }
  var isClosed: Bool { if case .closed = phase { true } else { false } }

  /// True if bytes may arrive.
  var isActive: Bool {
    switch phase {
    case .idle, .closed: false
    case .starting, .open, .closing, .draining: true
    }
  }

  /// True if the handshake is done and the connection lives.
  var isEstablished: Bool {
    switch phase {
    case .idle, .starting, .closed: false
    case .open, .closing, .draining: true
    }
  }

  /// Replaces the error of a failed start if the first bytes show another protocol.
  func connectError(_ error: HTTP2ConnectError) -> HTTP2ConnectError {
    if case .starting(let detector) = phase { detector.refined(error) } else { error }
  }

  // MARK: Inputs

  /// `start` was called.
  mutating func started() { phase = .starting(ProtocolDetector()) }

  /// Bytes of the peer arrived during the start.
  mutating func bytesReceived(_ bytes: UnsafeRawBufferPointer) {
    guard case .starting(var detector) = phase else { return }
    unsafe detector.append(bytes)
    phase = .starting(detector)
  }

  /// The server's SETTINGS arrived.
  mutating func settingsReceived() { phase = .open }

  /// The server sent GOAWAY.
  mutating func goAwayReceived(code: UInt32, debug: String) -> Action {
    drain()
    return .report(.goAway(code: code, debug: debug))
  }

  /// A request found no stream identifier.
  mutating func streamsExhausted() -> Action? { drain() ? .report(.streamsExhausted) : nil }

  /// Several requests in a row had no answer in time.
  mutating func requestsTimedOut() -> Action? { drain() ? .report(.unresponsive) : nil }

  @discardableResult
  private mutating func drain() -> Bool {
    switch phase {
    case .open, .closing:
      phase = .draining
      return true
    case .idle, .starting, .draining, .closed: return false
    }
  }

  /// `close` was called.
  mutating func closeRequested() { if case .open = phase { phase = .closing } }

  /// No request is open.
  func requestsEnded() -> Action? {
    switch phase {
    case .closing: .continueClose
    case .draining: .end
    case .idle, .starting, .open, .closed: nil
    }
  }

  /// The connection has ended.
  mutating func ended() { phase = .closed }
}
