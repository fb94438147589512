/// A provider's ``SpanLimits`` in the form in which spans compare them.
struct RecordingLimits {
  let attributes: UInt32
  let events: UInt32
  let links: UInt32
  let attributesPerEvent: Int
  let attributesPerLink: Int
  /// The most characters of a text and bytes of a byte array.
  let valueLength: Int
  /// The most levels of arrays and maps; what is nested deeper is empty.
  let valueDepth: Int

  init(_ limits: SpanLimits) {
    attributes = UInt32(clamping: limits.attributeCountLimit)
    events = UInt32(clamping: limits.eventCountLimit)
    links = UInt32(clamping: limits.linkCountLimit)
    attributesPerEvent = limits.attributePerEventCountLimit
    attributesPerLink = limits.attributePerLinkCountLimit
    valueLength = limits.attributeValueLengthLimit ?? .max
    valueDepth = limits.attributeValueDepthLimit
  }

  /// The value within the limits of length and depth; arrays and maps element by element (RULES 4.5.2). nil for a value that no
  /// request holds, which counts as dropped.
  func limited(_ value: AttributeValue) -> AttributeValue? {
    guard value.isWritable else { return nil }
    return isUnlimited ? value : limited(value, depth: 1)
  }

  /// True if no value exceeds the limits of length and depth: deeper values don't exist.
  var isUnlimited: Bool { valueLength == .max && valueDepth >= AttributeValue.maxNesting }

  private func limited(_ value: AttributeValue, depth: Int) -> AttributeValue {
    switch value {
    case .string(let text): return .string(limited(text))
    case .bytes(let bytes): return bytes.count > valueLength ? .bytes(Array(bytes.prefix(valueLength))) : value
    case .array(let list):
      return depth > valueDepth ? .empty : .array(list.map { limited($0, depth: depth + 1) })
    case .map(let map):
      guard depth <= valueDepth else { return .empty }
      return .map(
        Attributes(unchecked: map.elements.map { Attributes.Element($0.key, limited($0.value, depth: depth + 1)) }))
    case .bool, .int, .double, .empty: return value
    }
  }

  /// The first characters of a text, each a Unicode scalar.
  func limited(_ text: String) -> String {
    guard text.utf8.count > valueLength else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(valueLength)))
  }
}
