package import TelemetryCore

/// A request with a complete body.
package struct HTTP2Request: Sendable {
  /// The fields that many requests have in common, pseudo-header fields first.
  package var headers: HeaderBlock
  /// A field of this request that follows the pseudo-header fields, such as `grpc-timeout`.
  package var leadingField: HTTP2Field?
  /// Fields of this request that follow all others.
  package var extraFields: [HTTP2Field]
  /// The body. The connection may hold the buffer after the response. Its memory must not change before the connection has
  /// released the buffer, that is before no other reference is left.
  package var body: BufferSlice
  /// The largest body of a response, in bytes.
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
