package import OTLPWire
package import TelemetryCore

/// The failure of an attempt, in terms that hold for every transport.
package struct AttemptFailure: Error {
  /// The consequence for the request. The transport maps statuses to meanings.
  package enum Meaning: Hashable, Sendable {
    /// The request may be sent again.
    case retry
    /// The server is overloaded: the request may be sent again, with fewer calls at once.
    case unavailable
    /// A resource of the server is exhausted: the request may be sent again only if the server sent RetryInfo (1.4.3).
    case retryIfTold
    /// The server closed the stream without processing the request, which may be resent at once (5.10.1).
    case notProcessed
    /// The request must not be sent again (1.4.2).
    case drop
    /// The server refuses the request for its size, and takes at most `limit` bytes if the status names that.
    case tooLarge(limit: Int?)
    /// The server doesn't support the compression.
    case encodingRefused
    /// The server doesn't accept the credentials.
    case unauthenticated
    /// The server refuses the content of the request.
    case badData
  }

  /// The party or event that ended the attempt.
  package enum Origin: Hashable, Sendable {
    /// The server, with a status.
    case server
    /// The attempt's own deadline.
    case deadline
    /// The exporter: the task was cancelled, or the exporter shut down.
    case cancelled
    /// The connection: none was established.
    case connect
    /// The user's header provider, which failed or, if `isLate`, didn't answer in the attempt's time.
    case headerProvider(isLate: Bool)
    /// The stream or the connection: reset or lost.
    case transport
    /// The server's response, which violates the protocol.
    case protocolViolation
  }

  package var meaning: Meaning
  /// The status by name, such as `UNAVAILABLE`.
  package var status: String
  /// Printable, of a bounded length, without secrets.
  package var message: String
  package var origin: Origin
  package var fate: RequestFate
  package var pushback: ServerPushback
  /// The server's `google.rpc.RetryInfo`. The presence permits a retry, whatever the delay (1.5.6).
  package var retryInfo: RPCStatus.RetryInfo?
  /// True if TLS prevented the connection.
  package var isTLS: Bool
  /// True if the attempt ended while waiting for a connection that had failed before.
  package var isUnconnected: Bool
  /// True if the time ended before anything was sent, and no failure to connect is known: it says nothing about the server.
  package var isCutShort: Bool

  package init(
    _ meaning: Meaning, status: String, message: String, origin: Origin, fate: RequestFate,
    pushback: ServerPushback = .none,
    retryInfo: RPCStatus.RetryInfo? = nil, isTLS: Bool = false, isUnconnected: Bool = false,
    isCutShort: Bool = false
  ) {
    self.meaning = meaning
    self.status = status
    self.message = message
    self.origin = origin
    self.fate = fate
    self.pushback = pushback
    self.retryInfo = retryInfo
    self.isTLS = isTLS
    self.isUnconnected = isUnconnected
    self.isCutShort = isCutShort
  }

  /// The status and the message; the message alone if that begins with the same HTTP status.
  package var text: String {
    origin == .server && status.hasPrefix("HTTP ") && isHTTPStatus ? message : status + message.afterColon
  }

  /// The pause that the server requests, the longer of RetryInfo and pushback; nil for none (1.5.6).
  package var requestedPause: Duration? {
    var pause = retryInfo?.delay ?? .zero
    if case .retry(let delay) = pushback { pause = max(pause, delay) }
    return pause > .zero ? pause : nil
  }

  /// True for an HTTP status without a gRPC status, usually a proxy's.
  package var isHTTPStatus: Bool { origin == .server && message.hasPrefix("HTTP status ") }

  /// True if the server refuses the content and doesn't forbid another request.
  var isBadData: Bool { meaning == .badData && pushback != .stop }

  /// False if the failure came before a connection was needed or established.
  var hadConnection: Bool {
    switch origin {
    case .connect, .headerProvider: false
    case .server, .deadline, .cancelled, .transport, .protocolViolation: !isUnconnected
    }
  }

  /// True if the server may have accepted the items without a response: sent again, they may arrive twice.
  package var mayHaveBeenDelivered: Bool {
    switch origin {
    case .connect, .headerProvider: false
    case .server: fate == .unknown
    case .deadline, .cancelled, .transport, .protocolViolation: fate != .neverProcessed
    }
  }
}

extension AttemptFailure {
  /// The header provider failed: nothing was sent.
  static func headerProviderFailed(_ reason: String) -> AttemptFailure {
    AttemptFailure(
      .retry, status: "UNAVAILABLE", message: "the header provider failed: \(reason)",
      origin: .headerProvider(isLate: false), fate: .neverProcessed)
  }

  /// The header provider didn't answer before the attempt's deadline: nothing was sent.
  static let headerProviderIsLate = AttemptFailure(
    .retry, status: "DEADLINE_EXCEEDED", message: "the header provider has not answered in the attempt's time",
    origin: .headerProvider(isLate: true), fate: .neverProcessed)

  /// The exporter stopped while the attempt waited for the header provider: nothing was sent.
  static let cancelledWithoutHeaders = AttemptFailure(
    .retry, status: "CANCELLED", message: "stopped while waiting for the header provider", origin: .cancelled,
    fate: .neverProcessed)

  /// The attempt was abandoned because the server responded to a later call.
  static func abandoned(_ fate: RequestFate) -> AttemptFailure {
    AttemptFailure(
      .retry, status: "DEADLINE_EXCEEDED", message: "no response, while the server answers later requests",
      origin: .deadline, fate: fate, isUnconnected: fate == .neverProcessed)
  }
}

extension String {
  /// The text behind a colon; empty for an empty text.
  var afterColon: String { isEmpty ? "" : ": \(self)" }
}
