/// The tags of the fields that are written or read, by message: number << 3 | wire type.
///
/// They are computed: a stored constant would be initialized lazily, at a cost for each field. All but one take one byte.
package enum WireTags {
  /// `ScopeSpans`, `ScopeLogs` and `ScopeMetrics`: the numbers are the same.
  package enum ScopeItems {
    @inlinable package static var scope: UInt8 { 0x0A }
    @inlinable package static var item: UInt8 { 0x12 }
    @inlinable package static var schemaURL: UInt8 { 0x1A }
  }

  package enum Span {
    @inlinable package static var traceID: UInt8 { 0x0A }
    @inlinable package static var spanID: UInt8 { 0x12 }
    @inlinable package static var traceState: UInt8 { 0x1A }
    @inlinable package static var parentSpanID: UInt8 { 0x22 }
    @inlinable package static var name: UInt8 { 0x2A }
    @inlinable package static var kind: UInt8 { 0x30 }
    @inlinable package static var startTimeUnixNano: UInt8 { 0x39 }
    @inlinable package static var endTimeUnixNano: UInt8 { 0x41 }
    @inlinable package static var attributes: UInt8 { 0x4A }
    @inlinable package static var droppedAttributesCount: UInt8 { 0x50 }
    @inlinable package static var events: UInt8 { 0x5A }
    @inlinable package static var droppedEventsCount: UInt8 { 0x60 }
    @inlinable package static var links: UInt8 { 0x6A }
    @inlinable package static var droppedLinksCount: UInt8 { 0x70 }
    @inlinable package static var status: UInt8 { 0x7A }
    /// Field 16: a tag of two bytes, the varint 0x85.
    @inlinable package static var flags: UInt16 { 0x0185 }
    /// The same tag as a number.
    @inlinable package static var flagsNumber: UInt8 { 0x85 }
  }

  package enum Event {
    @inlinable package static var timeUnixNano: UInt8 { 0x09 }
    @inlinable package static var name: UInt8 { 0x12 }
    @inlinable package static var attributes: UInt8 { 0x1A }
    @inlinable package static var droppedAttributesCount: UInt8 { 0x20 }
  }

  package enum Link {
    @inlinable package static var traceID: UInt8 { 0x0A }
    @inlinable package static var spanID: UInt8 { 0x12 }
    @inlinable package static var traceState: UInt8 { 0x1A }
    @inlinable package static var attributes: UInt8 { 0x22 }
    @inlinable package static var droppedAttributesCount: UInt8 { 0x28 }
    @inlinable package static var flags: UInt8 { 0x35 }
  }

  package enum Status {
    @inlinable package static var message: UInt8 { 0x12 }
    @inlinable package static var code: UInt8 { 0x18 }
  }

  package enum LogRecord {
    @inlinable package static var timeUnixNano: UInt8 { 0x09 }
    @inlinable package static var severityNumber: UInt8 { 0x10 }
    @inlinable package static var severityText: UInt8 { 0x1A }
    @inlinable package static var body: UInt8 { 0x2A }
    @inlinable package static var attributes: UInt8 { 0x32 }
    @inlinable package static var droppedAttributesCount: UInt8 { 0x38 }
    @inlinable package static var flags: UInt8 { 0x45 }
    @inlinable package static var traceID: UInt8 { 0x4A }
    @inlinable package static var spanID: UInt8 { 0x52 }
    @inlinable package static var observedTimeUnixNano: UInt8 { 0x59 }
    @inlinable package static var eventName: UInt8 { 0x62 }
  }

  package enum KeyValue {
    @inlinable package static var key: UInt8 { 0x0A }
    @inlinable package static var value: UInt8 { 0x12 }
  }

  package enum AnyValue {
    @inlinable package static var string: UInt8 { 0x0A }
    @inlinable package static var bool: UInt8 { 0x10 }
    @inlinable package static var int: UInt8 { 0x18 }
    @inlinable package static var double: UInt8 { 0x21 }
    @inlinable package static var array: UInt8 { 0x2A }
    @inlinable package static var map: UInt8 { 0x32 }
    @inlinable package static var bytes: UInt8 { 0x3A }
  }

  /// `ArrayValue` and `KeyValueList`.
  package enum List {
    @inlinable package static var values: UInt8 { 0x0A }
  }
}
