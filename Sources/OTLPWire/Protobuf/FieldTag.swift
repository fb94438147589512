/// The tags of the fields in the messages that are written or read, by message.
///
/// A tag is the field number << 3 | the wire type. Tags are computed properties: a stored constant would be initialized
/// lazily, at a cost for each field that is written.
enum FieldTag {
  enum ExportRequest {
    static var resourceSpans: UInt32 { delimited(1) }
  }

  enum ResourceSpans {
    static var resource: UInt32 { delimited(1) }
    static var scopeSpans: UInt32 { delimited(2) }
    static var schemaURL: UInt32 { delimited(3) }
  }

  enum Resource {
    static var attributes: UInt32 { delimited(1) }
    static var droppedAttributesCount: UInt32 { varint(2) }
  }

  enum ScopeSpans {
    static var scope: UInt32 { delimited(1) }
    static var spans: UInt32 { delimited(2) }
    static var schemaURL: UInt32 { delimited(3) }
  }

  enum Scope {
    static var name: UInt32 { delimited(1) }
    static var version: UInt32 { delimited(2) }
    static var attributes: UInt32 { delimited(3) }
    static var droppedAttributesCount: UInt32 { varint(4) }
  }

  enum Span {
    static var traceID: UInt32 { delimited(1) }
    static var spanID: UInt32 { delimited(2) }
    static var traceState: UInt32 { delimited(3) }
    static var parentSpanID: UInt32 { delimited(4) }
    static var name: UInt32 { delimited(5) }
    static var kind: UInt32 { varint(6) }
    static var startTimeUnixNano: UInt32 { fixed64(7) }
    static var endTimeUnixNano: UInt32 { fixed64(8) }
    static var attributes: UInt32 { delimited(9) }
    static var droppedAttributesCount: UInt32 { varint(10) }
    static var events: UInt32 { delimited(11) }
    static var droppedEventsCount: UInt32 { varint(12) }
    static var links: UInt32 { delimited(13) }
    static var droppedLinksCount: UInt32 { varint(14) }
    static var status: UInt32 { delimited(15) }
    static var flags: UInt32 { fixed32(16) }
  }

  enum Event {
    static var timeUnixNano: UInt32 { fixed64(1) }
    static var name: UInt32 { delimited(2) }
    static var attributes: UInt32 { delimited(3) }
    static var droppedAttributesCount: UInt32 { varint(4) }
  }

  enum Link {
    static var traceID: UInt32 { delimited(1) }
    static var spanID: UInt32 { delimited(2) }
    static var traceState: UInt32 { delimited(3) }
    static var attributes: UInt32 { delimited(4) }
    static var droppedAttributesCount: UInt32 { varint(5) }
    static var flags: UInt32 { fixed32(6) }
  }

  enum Status {
    static var message: UInt32 { delimited(2) }
    static var code: UInt32 { varint(3) }
  }

  enum LogRecord {
    static var timeUnixNano: UInt32 { fixed64(1) }
    static var severityNumber: UInt32 { varint(2) }
    static var severityText: UInt32 { delimited(3) }
    static var body: UInt32 { delimited(5) }
    static var attributes: UInt32 { delimited(6) }
    static var droppedAttributesCount: UInt32 { varint(7) }
    static var flags: UInt32 { fixed32(8) }
    static var traceID: UInt32 { delimited(9) }
    static var spanID: UInt32 { delimited(10) }
    static var observedTimeUnixNano: UInt32 { fixed64(11) }
    static var eventName: UInt32 { delimited(12) }
  }

  enum KeyValue {
    static var key: UInt32 { delimited(1) }
    static var value: UInt32 { delimited(2) }
  }

  enum AnyValue {
    static var string: UInt32 { delimited(1) }
    static var bool: UInt32 { varint(2) }
    static var int: UInt32 { varint(3) }
    static var double: UInt32 { fixed64(4) }
    static var array: UInt32 { delimited(5) }
    static var map: UInt32 { delimited(6) }
    static var bytes: UInt32 { delimited(7) }
  }

  /// `ArrayValue` and `KeyValueList`.
  enum List {
    static var values: UInt32 { delimited(1) }
  }

  enum ExportResponse {
    static var partialSuccess: UInt32 { delimited(1) }
  }

  enum PartialSuccess {
    static var rejectedItems: UInt32 { varint(1) }
    static var errorMessage: UInt32 { delimited(2) }
  }

  /// `google.rpc.Status`.
  enum RPCStatus {
    static var code: UInt32 { varint(1) }
    static var message: UInt32 { delimited(2) }
    static var details: UInt32 { delimited(3) }
  }

  /// `google.protobuf.Any`.
  enum AnyMessage {
    static var typeURL: UInt32 { delimited(1) }
    static var value: UInt32 { delimited(2) }
  }

  /// `google.rpc.RetryInfo`.
  enum RetryInfo {
    static var retryDelay: UInt32 { delimited(1) }
  }

  /// `google.protobuf.Duration`.
  enum Duration {
    static var seconds: UInt32 { varint(1) }
    static var nanos: UInt32 { varint(2) }
  }

  /// `google.rpc.BadRequest`.
  enum BadRequest {
    static var fieldViolations: UInt32 { delimited(1) }
  }

  /// `google.rpc.BadRequest.FieldViolation`.
  enum FieldViolation {
    static var field: UInt32 { delimited(1) }
    static var description: UInt32 { delimited(2) }
  }
}

@inline(__always) private func varint(_ number: UInt32) -> UInt32 { number << 3 }
@inline(__always) private func fixed64(_ number: UInt32) -> UInt32 { number << 3 | 1 }
@inline(__always) private func delimited(_ number: UInt32) -> UInt32 { number << 3 | 2 }
@inline(__always) private func fixed32(_ number: UInt32) -> UInt32 { number << 3 | 5 }
