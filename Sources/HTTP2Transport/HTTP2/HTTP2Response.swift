package import TelemetryCore

/// The outcome of a request.
package struct HTTP2Response: Sendable {
  /// The value of `:status`; 0 without a response.
  package var status: Int
  /// The header fields of the response, without `:status`.
  package var headers: ReceivedHeaders
  /// The trailer fields. Empty in a response that has headers only.
  package var trailers: ReceivedHeaders
  package var body: [UInt8]
  /// The reason why there is no complete response; nil if there is one. The other fields hold the part that arrived.
  package var failure: HTTP2Failure?
  /// The server's possible work on the request.
  package var fate: RequestFate

  package init(
    status: Int = 0, headers: ReceivedHeaders = .init(), trailers: ReceivedHeaders = .init(), body: [UInt8] = [],
    failure: HTTP2Failure? = nil, fate: RequestFate
  ) {
    self.status = status
    self.headers = headers
    self.trailers = trailers
    self.body = body
    self.failure = failure
    self.fate = fate
  }
}
