/// The tags of the fields that are written, by message: number << 3 | wire type.
enum WireTags {
  /// `ScopeSpans`, `ScopeLogs` and `ScopeMetrics`: the numbers are the same.
  enum ScopeItems {
    static var item: UInt8 { 0x12 }
  }

  enum Span {
    static var traceID: UInt8 { 0x0A }
    static var spanID: UInt8 { 0x12 }
    static var traceState: UInt8 { 0x1A }
    static var parentSpanID: UInt8 { 0x22 }
    static var name: UInt8 { 0x2A }
    static var kind: UInt8 { 0x30 }
    static var startTimeUnixNano: UInt8 { 0x39 }
    static var endTimeUnixNano: UInt8 { 0x41 }
    static var attributes: UInt8 { 0x4A }
    static var droppedAttributesCount: UInt8 { 0x50 }
    static var events: UInt8 { 0x5A }
    static var droppedEventsCount: UInt8 { 0x60 }
    static var links: UInt8 { 0x6A }
    static var droppedLinksCount: UInt8 { 0x70 }
    static var status: UInt8 { 0x7A }
    /// Field 16: a tag of two bytes, the varint 0x85.
    static var flags: UInt16 { 0x0185 }
  }

  enum Event {
    static var timeUnixNano: UInt8 { 0x09 }
    static var name: UInt8 { 0x12 }
    static var attributes: UInt8 { 0x1A }
    static var droppedAttributesCount: UInt8 { 0x20 }
  }

  enum Link {
    static var traceID: UInt8 { 0x0A }
    static var spanID: UInt8 { 0x12 }
    static var traceState: UInt8 { 0x1A }
    static var attributes: UInt8 { 0x22 }
    static var droppedAttributesCount: UInt8 { 0x28 }
    static var flags: UInt8 { 0x35 }
  }

  enum Status {
    static var message: UInt8 { 0x12 }
    static var code: UInt8 { 0x18 }
  }

  enum LogRecord {
    static var timeUnixNano: UInt8 { 0x09 }
    static var severityNumber: UInt8 { 0x10 }
    static var severityText: UInt8 { 0x1A }
    static var body: UInt8 { 0x2A }
    static var attributes: UInt8 { 0x32 }
    static var droppedAttributesCount: UInt8 { 0x38 }
    static var flags: UInt8 { 0x45 }
    static var traceID: UInt8 { 0x4A }
    static var spanID: UInt8 { 0x52 }
    static var observedTimeUnixNano: UInt8 { 0x59 }
    static var eventName: UInt8 { 0x62 }
  }

  enum KeyValue {
    static var key: UInt8 { 0x0A }
    static var value: UInt8 { 0x12 }
  }

  enum AnyValue {
    static var string: UInt8 { 0x0A }
    static var bool: UInt8 { 0x10 }
    static var int: UInt8 { 0x18 }
    static var double: UInt8 { 0x21 }
    static var array: UInt8 { 0x2A }
    static var map: UInt8 { 0x32 }
    static var bytes: UInt8 { 0x3A }
  }

  /// `ArrayValue` and `KeyValueList`.
  enum List {
    static var values: UInt8 { 0x0A }
  }
}
