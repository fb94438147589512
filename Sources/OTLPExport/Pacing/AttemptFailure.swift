package import OTLPWire

/// How one attempt failed, in terms that hold for every transport.
package struct AttemptFailure: Error {
  /// Who ended the attempt.
  package enum Origin: Hashable, Sendable {
    /// The server, with a status.
    case server
    /// The attempt's own deadline.
    case deadline
    /// Us: the task was cancelled, or the exporter shut down.
    case cancelled
    /// No connection came about.
    case connect
    /// The user's header provider gave no headers.
    case headerProvider
    /// The stream was reset, or the connection lost.
    case transport
    /// The server's answer breaks the protocol.
    case protocolViolation
  }

  /// Whether the server may have worked on the request.
  package enum Fate: Hashable, Sendable {
    case neverProcessed
    case unknown
    case processed
  }

  /// What the server says of another attempt (5.10.5).
  package enum Pushback: Hashable, Sendable {
    case none
    case retry(after: Duration)
    case stop
  }

  /// The gRPC code, 0 to 16; other transports map theirs.
  package var code: Int
  /// The code's name, such as `UNAVAILABLE`.
  package var status: String
  /// In words: printable, of a bounded length, without secrets.
  package var message: String
  package var origin: Origin
  package var fate: Fate
  package var pushback: Pushback
  /// What the server sent as `google.rpc.RetryInfo`; its presence matters, whatever its delay.
  package var retryInfo: RPCStatus.RetryInfo?
  /// The encodings that the server names when it doesn't understand ours.
  package var acceptedEncodings: [String]
  /// Whether TLS prevented the connection.
  package var isTLS: Bool
  /// Whether the attempt ended while it waited for a connection that had failed to come about.
  package var isUnconnected: Bool

  package init(
    code: Int, status: String, message: String, origin: Origin, fate: Fate, pushback: Pushback = .none,
    retryInfo: RPCStatus.RetryInfo? = nil, acceptedEncodings: [String] = [], isTLS: Bool = false,
    isUnconnected: Bool = false
  ) {
    self.code = code
    self.status = status
    self.message = message
    self.origin = origin
    self.fate = fate
    self.pushback = pushback
    self.retryInfo = retryInfo
    self.acceptedEncodings = acceptedEncodings
    self.isTLS = isTLS
    self.isUnconnected = isUnconnected
  }

  /// The status and what was said of it.
  package var words: String { status + message.afterColon }

  /// How long the server wants not to be called, if it says so.
  package var requestedPause: Duration? {
    var pause = retryInfo?.delay ?? .zero
    if case .retry(let delay) = pushback { pause = max(pause, delay) }
    return pause > .zero ? pause : nil
  }

  /// Whether the answer was an HTTP status without a gRPC status: a proxy's, mostly.
  package var isHTTPStatus: Bool { origin == .server && message.hasPrefix("HTTP status ") }

  /// Whether the server found something in the request that it can't take, and doesn't forbid another one.
  package var isInvalidArgument: Bool {
    origin == .server && code == StatusTable.invalidArgument && pushback != .stop
  }

  /// Whether the server may have taken the items although it didn't say so: sent again, they may arrive twice.
  package var mayHaveBeenDelivered: Bool {
    switch origin {
    case .connect, .headerProvider: false
    // A server, or a proxy before it, that ran out of time may have handed the request on.
    case .server: fate == .unknown || code == StatusTable.deadlineExceeded || code == StatusTable.cancelled
    case .deadline, .cancelled, .transport, .protocolViolation: fate != .neverProcessed
    }
  }
}

extension String {
  /// What follows a statement after a colon; nothing if it is empty.
  var afterColon: String { isEmpty ? "" : ": \(self)" }
}

/// Which codes may be tried again: the OTLP specification's table (1.4).
package enum StatusTable {
  package enum Verdict: Hashable, Sendable {
    case retry
    /// Only if the server says when (1.4.3).
    case retryIfTold
    case drop
  }

  static let cancelled = 1
  static let unknown = 2
  static let invalidArgument = 3
  static let deadlineExceeded = 4
  static let permissionDenied = 7
  static let resourceExhausted = 8
  static let outOfRange = 11
  static let unimplemented = 12
  static let unavailable = 14
  static let unauthenticated = 16

  package static func verdict(_ code: Int) -> Verdict {
    switch code {
    case 1, 4, 10, 11, 14, 15: .retry  // CANCELLED DEADLINE_EXCEEDED ABORTED OUT_OF_RANGE UNAVAILABLE DATA_LOSS
    case 8: .retryIfTold
    default: .drop
    }
  }
}
