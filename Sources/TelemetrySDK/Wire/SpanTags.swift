/// The tags of `Span`'s fields: number << 3 | wire type.
enum SpanTags {
  static let traceID: UInt8 = 0x0A
  static let spanID: UInt8 = 0x12
  static let traceState: UInt8 = 0x1A
  static let parentSpanID: UInt8 = 0x22
  static let name: UInt8 = 0x2A
  static let kind: UInt8 = 0x30
  static let startTime: UInt8 = 0x39
  static let endTime: UInt8 = 0x41
  static let attribute: UInt8 = 0x4A
  static let droppedAttributes: UInt8 = 0x50
  static let event: UInt8 = 0x5A
  static let droppedEvents: UInt8 = 0x60
  static let link: UInt8 = 0x6A
  static let droppedLinks: UInt8 = 0x70
  static let status: UInt8 = 0x7A
  /// Field 16, fixed32: a tag of two bytes.
  static let flags: UInt16 = 0x0185

  /// A span in `ScopeSpans`.
  static let span: UInt8 = 0x12

  enum Event {
    static let time: UInt8 = 0x09
    static let name: UInt8 = 0x12
    static let attribute: UInt8 = 0x1A
    static let droppedAttributes: UInt8 = 0x20
  }

  enum Link {
    static let traceID: UInt8 = 0x0A
    static let spanID: UInt8 = 0x12
    static let traceState: UInt8 = 0x1A
    static let attribute: UInt8 = 0x22
    static let droppedAttributes: UInt8 = 0x28
    static let flags: UInt8 = 0x35
  }
}
