/// A value of an attribute: OTLP's `AnyValue` in every kind.
@frozen
public enum AttributeValue: Hashable, Sendable {
  /// Text.
  case string(String)
  /// A truth value.
  case bool(Bool)
  /// A signed integer.
  case int(Int64)
  /// A floating-point number; NaN and the infinities are kept.
  case double(Double)
  /// Bytes that are not text.
  case bytes([UInt8])
  /// Values of any kinds, in order.
  case array([AttributeValue])
  /// Values by key.
  case map(Attributes)
  /// A value that is present and empty.
  case empty
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByStringInterpolation
{
  /// Text.
  @inlinable public init(stringLiteral value: String) { self = .string(value) }
  /// A truth value.
  @inlinable public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  @inlinable public init(integerLiteral value: Int64) { self = .int(value) }
  /// A floating-point number.
  @inlinable public init(floatLiteral value: Double) { self = .double(value) }
  /// An array.
  @inlinable public init(arrayLiteral elements: AttributeValue...) { self = .array(elements) }
}

/// Attributes in the order in which they were added; a key stands once.
///
/// It is an array, not a dictionary: spans carry few attributes, and building and walking them is what costs.
@frozen
public struct Attributes: Hashable, Sendable {
  /// One attribute.
  @frozen
  public struct Element: Hashable, Sendable {
    /// The name; not empty by the specification.
    public var key: String
    /// The value.
    public var value: AttributeValue

    /// Makes an attribute.
    @inlinable
    public init(_ key: String, _ value: AttributeValue) {
      self.key = key
      self.value = value
    }
  }

  /// The attributes in order.
  @usableFromInline package var elements: [Element]

  /// No attributes.
  @inlinable
  public init() { elements = [] }

  /// Takes over elements whose keys the caller knows to differ; nothing is checked.
  @inlinable
  public init(unchecked elements: [Element]) { self.elements = elements }

  /// Adds the pairs in order; of equal keys the last value wins, at the place of the first.
  public init(_ pairs: some Sequence<(String, AttributeValue)>) {
    self.init()
    elements.reserveCapacity(pairs.underestimatedCount)
    var places: [String: Int] = [:]
    for (key, value) in pairs {
      if elements.count < Self.searchedCount {
        self[key] = value
      } else {
        if places.isEmpty { for (index, element) in elements.enumerated() { places[element.key] = index } }
        set(key, value, at: &places[key])
      }
    }
  }

  /// With more attributes than this, looking a key up in a dictionary beats searching for it.
  private static var searchedCount: Int { 32 }

  private mutating func set(_ key: String, _ value: AttributeValue, at place: inout Int?) {
    if let place {
      elements[place].value = value
    } else {
      place = elements.count
      elements.append(Element(key, value))
    }
  }

  /// The value of `key`. Setting nil removes it. O(count).
  public subscript(key: String) -> AttributeValue? {
    get { elements.first { $0.key == key }?.value }
    set {
      let index = elements.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): elements[index].value = value
      case (let index?, nil): elements.remove(at: index)
      case (nil, let value?): elements.append(Element(key, value))
      case (nil, nil): break
      }
    }
  }

  /// Makes room for `count` attributes.
  @inlinable
  public mutating func reserveCapacity(_ count: Int) { elements.reserveCapacity(count) }
}

extension Attributes: RandomAccessCollection, ExpressibleByDictionaryLiteral {
  /// Zero.
  @inlinable public var startIndex: Int { 0 }
  /// The number of attributes.
  @inlinable public var endIndex: Int { elements.count }
  /// The attribute at a position.
  @inlinable public subscript(position: Int) -> Element { elements[position] }

  /// Adds the pairs in order; of equal keys the last value wins.
  public init(dictionaryLiteral pairs: (String, AttributeValue)...) { self.init(pairs) }
}
