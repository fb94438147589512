/// `google.rpc.Status`, which servers send in `grpc-status-details-bin`, with the details that OTLP knows.
package struct RPCStatus: Hashable, Sendable {
  /// `google.rpc.RetryInfo`. Its presence matters, whatever the delay.
  package struct RetryInfo: Hashable, Sendable {
    /// How long to wait at least; nil when absent, zero or negative.
    package var delay: Duration?

    package init(delay: Duration?) { self.delay = delay }
  }

  package var code: Int32
  package var message: String
  package var retryInfo: RetryInfo?
  /// Each `field: description` of `google.rpc.BadRequest`.
  package var fieldViolations: [String]

  package init(code: Int32, message: String = "", retryInfo: RetryInfo? = nil, fieldViolations: [String] = []) {
    self.code = code
    self.message = message
    self.retryInfo = retryInfo
    self.fieldViolations = fieldViolations
  }

  /// Reads the message; details of other types, and details that can't be read, are passed over.
  package init(protobuf: [UInt8]) throws(WireError) {
    fatalError("not written yet")
  }

  /// The message's bytes, for servers.
  package var protobuf: [UInt8] { fatalError("not written yet") }
}
