/// The values of an attribute that is an array; see ``AttributeValue/array(_:)-swift.enum.case``.
///
/// A type of its own, so that nesting is bounded where a value is made, on the thread that makes it.
@frozen
public struct AttributeArray: Hashable, Sendable {
  @usableFromInline package private(set) var elements: [AttributeValue]

  /// No values.
  @inlinable
  public init() { elements = [] }

  /// Takes over values; arrays and maps among them that are nested too deep are cut.
  @inlinable
  public init(_ values: [AttributeValue]) {
    elements = values
    if values.contains(where: \.isNested) { bound() }
  }

  /// Takes over values that need no look: none is an array or a map, or these have been cut.
  @usableFromInline
  init(flat values: [AttributeValue]) { elements = values }

  /// Adds a value.
  package mutating func append(_ value: AttributeValue) { elements.append(value.bounded()) }

  @usableFromInline
  mutating func bound() { elements = elements.map { $0.bounded() } }
}

extension AttributeArray: RandomAccessCollection, ExpressibleByArrayLiteral {
  /// Zero.
  @inlinable public var startIndex: Int { 0 }
  /// The number of values.
  @inlinable public var endIndex: Int { elements.count }
  /// The value at a position.
  @inlinable public subscript(position: Int) -> AttributeValue { elements[position] }
  /// Takes over values.
  @inlinable public init(arrayLiteral values: AttributeValue...) { self.init(values) }
}
