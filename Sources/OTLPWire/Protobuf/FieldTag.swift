/// The tags of the fields in the messages that are written or read, by message.
///
/// A tag is the field number << 3 | the wire type. Tags are computed properties: a stored constant would be initialized
/// lazily, at a cost for each field that is written.
package enum FieldTag {
  package enum ExportRequest {
    package static var resources: UInt32 { delimited(1) }
  }

  /// `ResourceSpans`, `ResourceLogs` and `ResourceMetrics`.
  package enum ResourceItems {
    package static var resource: UInt32 { delimited(1) }
    package static var scopes: UInt32 { delimited(2) }
    package static var schemaURL: UInt32 { delimited(3) }
  }

  package enum Resource {
    package static var attributes: UInt32 { delimited(1) }
    package static var droppedAttributesCount: UInt32 { varint(2) }
  }

  /// `ScopeSpans`, `ScopeLogs` and `ScopeMetrics`.
  package enum ScopeItems {
    package static var scope: UInt32 { delimited(1) }
    package static var items: UInt32 { delimited(2) }
    package static var schemaURL: UInt32 { delimited(3) }
  }

  package enum Scope {
    package static var name: UInt32 { delimited(1) }
    package static var version: UInt32 { delimited(2) }
    package static var attributes: UInt32 { delimited(3) }
    package static var droppedAttributesCount: UInt32 { varint(4) }
  }

  package enum Span {
    package static var traceID: UInt32 { delimited(1) }
    package static var spanID: UInt32 { delimited(2) }
    package static var traceState: UInt32 { delimited(3) }
    package static var parentSpanID: UInt32 { delimited(4) }
    package static var name: UInt32 { delimited(5) }
    package static var kind: UInt32 { varint(6) }
    package static var startTimeUnixNano: UInt32 { fixed64(7) }
    package static var endTimeUnixNano: UInt32 { fixed64(8) }
    package static var attributes: UInt32 { delimited(9) }
    package static var droppedAttributesCount: UInt32 { varint(10) }
    package static var events: UInt32 { delimited(11) }
    package static var droppedEventsCount: UInt32 { varint(12) }
    package static var links: UInt32 { delimited(13) }
    package static var droppedLinksCount: UInt32 { varint(14) }
    package static var status: UInt32 { delimited(15) }
    package static var flags: UInt32 { fixed32(16) }
  }

  package enum Event {
    package static var timeUnixNano: UInt32 { fixed64(1) }
    package static var name: UInt32 { delimited(2) }
    package static var attributes: UInt32 { delimited(3) }
    package static var droppedAttributesCount: UInt32 { varint(4) }
  }

  package enum Link {
    package static var traceID: UInt32 { delimited(1) }
    package static var spanID: UInt32 { delimited(2) }
    package static var traceState: UInt32 { delimited(3) }
    package static var attributes: UInt32 { delimited(4) }
    package static var droppedAttributesCount: UInt32 { varint(5) }
    package static var flags: UInt32 { fixed32(6) }
  }

  package enum Status {
    package static var message: UInt32 { delimited(2) }
    package static var code: UInt32 { varint(3) }
  }

  package enum LogRecord {
    package static var timeUnixNano: UInt32 { fixed64(1) }
    package static var severityNumber: UInt32 { varint(2) }
    package static var severityText: UInt32 { delimited(3) }
    package static var body: UInt32 { delimited(5) }
    package static var attributes: UInt32 { delimited(6) }
    package static var droppedAttributesCount: UInt32 { varint(7) }
    package static var flags: UInt32 { fixed32(8) }
    package static var traceID: UInt32 { delimited(9) }
    package static var spanID: UInt32 { delimited(10) }
    package static var observedTimeUnixNano: UInt32 { fixed64(11) }
    package static var eventName: UInt32 { delimited(12) }
  }

  package enum KeyValue {
    package static var key: UInt32 { delimited(1) }
    package static var value: UInt32 { delimited(2) }
  }

  package enum AnyValue {
    package static var string: UInt32 { delimited(1) }
    package static var bool: UInt32 { varint(2) }
    package static var int: UInt32 { varint(3) }
    package static var double: UInt32 { fixed64(4) }
    package static var array: UInt32 { delimited(5) }
    package static var map: UInt32 { delimited(6) }
    package static var bytes: UInt32 { delimited(7) }
  }

  /// `ArrayValue` and `KeyValueList`.
  package enum List {
    package static var values: UInt32 { delimited(1) }
  }

  package enum ExportResponse {
    package static var partialSuccess: UInt32 { delimited(1) }
  }

  package enum PartialSuccess {
    package static var rejectedItems: UInt32 { varint(1) }
    package static var errorMessage: UInt32 { delimited(2) }
  }

  /// `google.rpc.Status`.
  package enum RPCStatus {
    package static var code: UInt32 { varint(1) }
    package static var message: UInt32 { delimited(2) }
    package static var details: UInt32 { delimited(3) }
  }

  /// `google.protobuf.Any`.
  package enum AnyMessage {
    package static var typeURL: UInt32 { delimited(1) }
    package static var value: UInt32 { delimited(2) }
  }

  /// `google.rpc.RetryInfo`.
  package enum RetryInfo {
    package static var retryDelay: UInt32 { delimited(1) }
  }

  /// `google.protobuf.Duration`.
  package enum Duration {
    package static var seconds: UInt32 { varint(1) }
    package static var nanos: UInt32 { varint(2) }
  }

  /// `google.rpc.BadRequest`.
  package enum BadRequest {
    package static var fieldViolations: UInt32 { delimited(1) }
  }

  /// `google.rpc.BadRequest.FieldViolation`.
  package enum FieldViolation {
    package static var field: UInt32 { delimited(1) }
    package static var description: UInt32 { delimited(2) }
  }
}

extension FieldTag {
  @inline(__always) static func varint(_ number: UInt32) -> UInt32 { number << 3 }
  @inline(__always) static func fixed64(_ number: UInt32) -> UInt32 { number << 3 | 1 }
  @inline(__always) static func delimited(_ number: UInt32) -> UInt32 { number << 3 | 2 }
  @inline(__always) static func fixed32(_ number: UInt32) -> UInt32 { number << 3 | 5 }
}
