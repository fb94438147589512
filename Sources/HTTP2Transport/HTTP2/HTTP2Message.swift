package import TelemetryCore

/// A header field of one request.
package struct HTTP2Field: Hashable, Sendable {
  package var name: String
  package var value: String
  /// A secret, or a value that never comes twice: it is kept out of the compression tables.
  package var neverIndexed: Bool

  package init(name: String, value: String, neverIndexed: Bool = false) {
    self.name = name
    self.value = value
    self.neverIndexed = neverIndexed
  }
}

/// Never shows the value, which may be a secret.
extension HTTP2Field: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "\(name): \(Redaction.mark)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror {
    Mirror(
      self, children: ["name": name, "value": Redaction.mark, "neverIndexed": neverIndexed], displayStyle: .struct)
  }
}

/// A request with a body that is there as a whole.
package struct HTTP2Request: Sendable {
  /// The fields that are the same for many requests, pseudo-header fields first.
  package var headers: HeaderBlock
  /// A field of this request that goes right after the pseudo-header fields, such as `grpc-timeout` (5.1.1).
  package var leadingField: HTTP2Field?
  /// Fields of this request that go after all others.
  package var extraFields: [HTTP2Field]
  /// The body. The memory must not change until the connection has let go of its buffer, which may be after the
  /// response: wait until the reference is the only one before it is written again.
  package var body: BufferSlice
  /// The largest body of a response.
  package var maxResponseBytes: Int

  package init(
    headers: HeaderBlock, leadingField: HTTP2Field? = nil, extraFields: [HTTP2Field] = [], body: BufferSlice,
    maxResponseBytes: Int
  ) {
    self.headers = headers
    self.leadingField = leadingField
    self.extraFields = extraFields
    self.body = body
    self.maxResponseBytes = maxResponseBytes
  }
}

extension HTTP2Request {
  /// The size of the header section as SETTINGS_MAX_HEADER_LIST_SIZE counts it (RFC 9113, 6.5.2).
  var headerListBytes: Int {
    var size = headers.listBytes
    if let field = leadingField { size += field.listBytes }
    if !extraFields.isEmpty { size += extraFields.reduce(0) { $0 + $1.listBytes } }
    return size
  }

  /// The name of the largest header field.
  var largestHeaderName: String {
    var largest = headers.largest
    for field in extraFields where field.listBytes > largest.bytes { largest = (field.name, field.listBytes) }
    return largest.name
  }
}

extension HTTP2Field {
  fileprivate var listBytes: Int { name.utf8.count + value.utf8.count + 32 }
}

/// How a request ended.
package struct HTTP2Response: Sendable {
  /// The `:status`; 0 if no response came.
  package var status: Int
  /// The header fields of the response, without `:status`.
  package var headers: ReceivedHeaders
  /// The fields after the body. Empty in a response of headers only.
  package var trailers: ReceivedHeaders
  package var body: [UInt8]
  /// Why there is no complete response; nil if there is one. What had arrived until then is kept.
  package var failure: HTTP2Failure?
  /// What is known of the work on the request.
  package var fate: StreamFate

  package init(
    status: Int = 0, headers: ReceivedHeaders = .init(), trailers: ReceivedHeaders = .init(), body: [UInt8] = [],
    failure: HTTP2Failure? = nil, fate: StreamFate
  ) {
    self.status = status
    self.headers = headers
    self.trailers = trailers
    self.body = body
    self.failure = failure
    self.fate = fate
  }
}

/// Why a request has no complete response.
package enum HTTP2Failure: Error, Hashable, Sendable {
  /// The server reset the stream, with this error code.
  case reset(code: UInt32)
  /// The server said GOAWAY and didn't get to this request, or closed the connection with an error code.
  case goAway(code: UInt32, debug: String)
  /// The connection ended, or broke the protocol, before the response was complete.
  case connectionLost(reason: String)
  /// The connection takes no requests: it isn't started, is draining or closed, or its stream identifiers are used up.
  case notAccepted
  /// The connection has no room now, and the caller doesn't want to wait for it; or it was sent away while it waited.
  case heldUp(HTTP2Limit)
  /// The body is larger than the request permits.
  case responseTooLarge
  /// The headers or the trailers are larger than the configuration permits.
  case headersTooLarge
  /// The response breaks the rules of HTTP.
  case malformed(String)
  /// The request's headers can't be sent.
  case invalidRequest(String)
  /// The request's headers are larger than the server takes, or than we send; nothing was sent.
  case requestHeadersTooLarge(bytes: Int, limit: Int, isServerLimit: Bool, largest: String)
  /// The deadline passed.
  case deadline
  /// The calling task was cancelled.
  case cancelled
}

/// What happens to a connection as a whole.
package enum HTTP2ConnectionEvent: Hashable, Sendable {
  /// The server said GOAWAY: no more requests are taken, those that it let pass go on. A second one is reported too.
  case goAway(code: UInt32, debug: String)
  /// The stream identifiers are used up: no more requests are taken, open ones go on.
  case streamsExhausted
  /// Several requests in a row had no answer in time: no more are taken, open ones go on.
  case unresponsive
  /// The connection has ended.
  case closed(HTTP2CloseReason)
}

/// Why a connection ended.
package enum HTTP2CloseReason: Hashable, Sendable {
  /// By `close(deadline:)`, or because nothing was open after a GOAWAY without error.
  case orderly
  /// The server closed it, the transport failed or TLS did, or the protocol was broken; in words.
  case lost(String)
  /// The server didn't answer a PING in time; in words.
  case unresponsive(String)
}

/// Why a connection didn't come about.
package enum HTTP2ConnectError: Error, Hashable, Sendable {
  /// TLS failed.
  case tls(TLSError)
  /// The peer answers in HTTP/1.
  case http1
  /// The peer answers our plaintext with TLS.
  case peerSpeaksTLS
  /// The peer closed the connection before its SETTINGS arrived.
  case closedByPeer
  /// The transport failed.
  case transport(SystemError)
  /// What the peer sends isn't HTTP/2; in words.
  case notHTTP2(String)
  /// The server said GOAWAY at once.
  case goAway(code: UInt32, debug: String)
  /// The deadline passed before the peer's SETTINGS arrived.
  case timedOut
  /// The calling task was cancelled, or the connection closed by this side.
  case cancelled
}

/// What makes requests wait that a connection has taken.
package enum HTTP2Limit: Hashable, Sendable {
  /// So many streams are open, and the server permits no more (SETTINGS_MAX_CONCURRENT_STREAMS).
  case streams(Int)
  /// The server's window for the connection is used up.
  case window
}
