package import HTTP2Transport
package import TelemetryCore

/// The result of a unary call.
package struct GRPCResult: Sendable {
  /// The cause of a call's end.
  package enum Cause: Hashable, Sendable {
    /// The server responded with a status, or with an HTTP response that maps to one.
    case server
    /// The caller's deadline passed while the call was open.
    case deadline
    /// The caller's task was cancelled.
    case cancelled
    /// There was no connection before the deadline, or the channel was shut down; see `connectFailure`.
    case connect
    /// The server reset the stream, or the connection was lost.
    case transport
    /// The response violates the protocol, or the request can't be sent.
    case protocolViolation
  }

  package var code: GRPCStatusCode
  /// The server's text, or ours if the status is local; printable, of bounded length.
  package var message: String
  /// The decoded `grpc-status-details-bin`, a `google.rpc.Status`.
  package var statusDetails: [UInt8]?
  /// The response message, inflated; empty unless the status is OK.
  package var body: [UInt8]
  package var pushback: ServerPushback
  /// The degree to which the server has processed the request.
  package var fate: RequestFate
  package var cause: Cause
  /// The text of the last failure to connect.
  package var connectFailure: String?
  /// If true, the call ended while there was no connection: nothing was sent.
  package var isUnconnected: Bool
  /// The TLS error that prevented the connection; nil if there is none.
  package var tlsError: TLSError?
  /// The encodings that the server accepts, if its status is UNIMPLEMENTED.
  package var acceptedEncodings: [String]

  package init(
    code: GRPCStatusCode, message: String, cause: Cause, fate: RequestFate, statusDetails: [UInt8]? = nil,
    body: [UInt8] = [], pushback: ServerPushback = .none, connectFailure: String? = nil, tlsError: TLSError? = nil,
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

  /// The status OK with an empty message.
  static var success: GRPCResult { GRPCResult(code: .ok, message: "", cause: .server, fate: .processed) }

  /// If true, this side made the status, not the server.
  package var isLocal: Bool { cause != .server }
}
