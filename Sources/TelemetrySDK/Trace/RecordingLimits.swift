/// A provider's ``SpanLimits`` in the form in which spans compare them.
struct RecordingLimits {
  let attributes: UInt32
  let events: UInt32
  let links: UInt32
  let attributesPerEvent: Int
  let attributesPerLink: Int
  /// The most characters of a text and bytes of a byte array.
  let valueLength: Int

  init(_ limits: SpanLimits) {
    attributes = UInt32(clamping: limits.attributeCountLimit)
    events = UInt32(clamping: limits.eventCountLimit)
    links = UInt32(clamping: limits.linkCountLimit)
    attributesPerEvent = limits.attributePerEventCountLimit
    attributesPerLink = limits.attributePerLinkCountLimit
    valueLength = limits.attributeValueLengthLimit ?? .max
  }

  /// The value within the length limit; arrays and maps element by element (RULES 4.5.2).
  func limited(_ value: AttributeValue) -> AttributeValue {
    guard valueLength != .max else { return value }
    switch value {
    case .string(let text): return .string(limited(text))
    case .bytes(let bytes): return bytes.count > valueLength ? .bytes(Array(bytes.prefix(valueLength))) : value
    case .array(let list): return .array(list.map { limited($0) })
    case .map(let map):
      return .map(Attributes(unchecked: map.elements.map { Attributes.Element($0.key, limited($0.value)) }))
    case .bool, .int, .double, .empty: return value
    }
  }

  /// The first characters of a text, each a Unicode scalar.
  func limited(_ text: String) -> String {
    guard text.utf8.count > valueLength else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(valueLength)))
  }
}
