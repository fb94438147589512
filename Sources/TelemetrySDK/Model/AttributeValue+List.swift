extension AttributeValue {
  /// The values of an array attribute; see ``AttributeValue/array(_:)-swift.enum.case``.
  ///
  /// A separate type, so that nesting is limited when a value is made, on the calling thread.
  @frozen
  public struct List: Hashable, Sendable {
    @usableFromInline package private(set) var elements: [AttributeValue]
    /// The number of nested levels of arrays and maps, including this one.
    @usableFromInline private(set) var depth: UInt8 = 1

    /// Makes an empty list.
    @inlinable
    public init() { elements = [] }

    /// Makes a list. Arrays and maps that are nested too deep are cut.
    @inlinable
    public init(_ values: [AttributeValue]) {
      elements = values
      if values.contains(where: \.isNested) { settle() }
    }

    /// Makes a list of values without arrays and maps.
    init(flat values: [AttributeValue]) { elements = values }

    /// Adds a value.
    package mutating func append(_ value: AttributeValue) {
      elements.append(value)
      guard value.isNested else { return }
      if value.depth < AttributeValue.maxDepth { depth = Swift.max(depth, UInt8(value.depth + 1)) } else { settle() }
    }

    @usableFromInline
    mutating func settle() {
      var deepest = elements.reduce(0) { Swift.max($0, $1.depth) }
      if deepest >= AttributeValue.maxDepth {
        elements = elements.map { $0.cut(AttributeValue.maxNesting - 1) }
        deepest = AttributeValue.maxNesting - 1
      }
      depth = UInt8(deepest + 1)
    }
  }
}

extension AttributeValue.List: RandomAccessCollection, ExpressibleByArrayLiteral {
  /// Zero.
  @inlinable public var startIndex: Int { 0 }
  /// The number of values.
  @inlinable public var endIndex: Int { elements.count }
  /// The value at a position.
  @inlinable public subscript(position: Int) -> AttributeValue { elements[position] }
  /// Makes a list. Arrays and maps that are nested too deep are cut.
  @inlinable public init(arrayLiteral values: AttributeValue...) { self.init(values) }
}
