/// The reason why a request has no complete response.
package enum HTTP2Failure: Error, Hashable, Sendable {
  /// The server reset the stream with this error code.
  case reset(code: UInt32)
  /// The server's GOAWAY excluded this request, or the server closed the connection with an error code.
  case goAway(code: UInt32, debug: String)
  /// The connection ended, or the server violated the protocol, before the response was complete.
  case connectionLost(reason: String)
  /// The connection accepts no requests: it isn't started, is draining or closed, or has no stream identifiers left.
  case notAccepted
  /// No stream can carry the request now, and the caller doesn't wait for one; or the request was released from the queue.
  case noStreamAvailable(HTTP2Limit)
  /// The body is larger than the request permits.
  case responseTooLarge
  /// The headers or the trailers are larger than the configuration permits.
  case headersTooLarge
  /// The response violates the rules of HTTP.
  case malformed(String)
  /// The request's headers can't be sent.
  case invalidRequest(String)
  /// The request's headers are larger than the server accepts, or than the client sends. Nothing was sent.
  case requestHeadersTooLarge(bytes: Int, limit: Int, isServerLimit: Bool, largest: String)
  /// The deadline passed.
  case deadline
  /// The calling task was cancelled.
  case cancelled
}
