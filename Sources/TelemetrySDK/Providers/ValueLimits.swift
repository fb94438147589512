/// The most that the value of an attribute holds.
struct ValueLimits {
  /// The most characters of a text and bytes of a byte array.
  let length: Int
  /// The most levels of arrays and maps; what is nested deeper is empty.
  let depth: Int

  /// - Parameter length: nil for no limit.
  init(length: Int?, depth: Int) {
    self.length = length ?? .max
    self.depth = depth
  }

  /// The value within the limits of length and depth; arrays and maps element by element (RULES 4.5.2). nil for a value that no
  /// request holds, which counts as dropped.
  func limited(_ value: AttributeValue) -> AttributeValue? {
    guard value.isWritable else { return nil }
    return isUnlimited ? value : limited(value, depth: 1)
  }

  /// True if no value exceeds the limits of length and depth: deeper values don't exist.
  var isUnlimited: Bool { length == .max && depth >= AttributeValue.maxNesting }

  private func limited(_ value: AttributeValue, depth: Int) -> AttributeValue {
    switch value {
    case .string(let text): return .string(limited(text))
    case .bytes(let bytes): return bytes.count > length ? .bytes(Array(bytes.prefix(length))) : value
    case .array(let list):
      return depth > self.depth ? .empty : .array(list.map { limited($0, depth: depth + 1) })
    case .map(let map):
      guard depth <= self.depth else { return .empty }
      return .map(
        Attributes(unchecked: map.elements.map { Attributes.Element($0.key, limited($0.value, depth: depth + 1)) }))
    case .bool, .int, .double, .empty: return value
    }
  }

  /// The first characters of a text, each a Unicode scalar.
  func limited(_ text: String) -> String {
    guard text.utf8.count > length else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(length)))
  }
}
