package import HTTP2Transport

/// How a unary call ended.
package struct GRPCResult: Sendable {
  /// Who or what ended the call.
  package enum Cause: Hashable, Sendable {
    /// The server, with a status of its own or an answer that maps to one.
    case server
    /// The caller's deadline passed while the call was on its way.
    case deadline
    /// The caller's task was cancelled.
    case cancelled
    /// No connection came about before the deadline, or the channel was shut down; see `connectFailure`.
    case connect
    /// The stream was reset, or the connection lost.
    case transport
    /// The server's answer breaks the protocol.
    case protocolViolation
  }

  /// What the server says of another attempt (`grpc-retry-pushback-ms`).
  package enum Pushback: Hashable, Sendable {
    case none
    case retry(after: Duration)
    case stop
  }

  package var code: GRPCStatusCode
  /// In words; printable, of a bounded length. A server's text, or ours where the status was made here.
  package var message: String
  /// The decoded `grpc-status-details-bin`: a `google.rpc.Status`.
  package var statusDetails: [UInt8]?
  /// The response message, inflated; empty unless the status is OK.
  package var body: [UInt8]
  package var pushback: Pushback
  /// Whether the server may have worked on the request.
  package var fate: StreamFate
  package var cause: Cause
  /// The last failure to connect, in words.
  package var connectFailure: String?
  /// Whether the call ended while there was no connection: nothing of it was sent.
  package var isUnconnected: Bool
  /// What TLS found wrong, if it was TLS that prevented the connection.
  package var tlsError: TLSError?
  /// The encodings that the server names when it doesn't understand ours.
  package var acceptedEncodings: [String]

  package init(
    code: GRPCStatusCode, message: String, cause: Cause, fate: StreamFate, statusDetails: [UInt8]? = nil,
    body: [UInt8] = [], pushback: Pushback = .none, connectFailure: String? = nil, tlsError: TLSError? = nil,
    acceptedEncodings: [String] = [], isUnconnected: Bool = false
  ) {
    self.code = code
    self.message = message
    self.cause = cause
    self.fate = fate
    self.statusDetails = statusDetails
    self.body = body
    self.pushback = pushback
    self.connectFailure = connectFailure
    self.tlsError = tlsError
    self.acceptedEncodings = acceptedEncodings
    self.isUnconnected = isUnconnected
  }

  /// The server took the request, and has nothing to say about it.
  static var success: GRPCResult { GRPCResult(code: .ok, message: "", cause: .server, fate: .processed) }

  /// Whether the status was made here, not by the server.
  package var isLocal: Bool { cause != .server }
}
