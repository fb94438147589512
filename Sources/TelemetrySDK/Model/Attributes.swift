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
    public var value: AttributeValue {
      didSet { if value.isNested { value = value.boundedContainer() } }
    }

    /// Makes an attribute.
    @inlinable
    public init(_ key: String, _ value: AttributeValue) {
      self.key = key
      self.value = value.bounded()
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
    for (key, value) in pairs { elements.append(Element(key, value)) }
    removeRepeats()
  }

  /// The value of `key`. Setting nil removes it. O(count).
  public subscript(key: String) -> AttributeValue? {
    get { place(of: key, before: elements.count).map { elements[$0].value } }
    set {
      switch (place(of: key, before: elements.count), newValue) {
      case (let index?, let value?): elements[index].value = value
      case (let index?, nil): elements.remove(at: index)
      case (nil, let value?): elements.append(Element(key, value))
      case (nil, nil): break
      }
    }
  }

  /// Makes room for `count` attributes. A hint: no more than 1024 are reserved at once.
  @inlinable
  public mutating func reserveCapacity(_ count: Int) { elements.reserveCapacity(Swift.max(0, Swift.min(count, 1024))) }
}

extension Attributes: RandomAccessCollection, ExpressibleByDictionaryLiteral {
  /// Zero.
  @inlinable public var startIndex: Int { 0 }
  /// The number of attributes.
  @inlinable public var endIndex: Int { elements.count }
  /// The attribute at a position.
  @inlinable public subscript(position: Int) -> Element { elements[position] }

  /// Adds the pairs in order; of equal keys the last value wins, at the place of the first.
  public init(dictionaryLiteral pairs: (String, AttributeValue)...) {
    // SAFETY: an element has the layout of the pair, whose parts it has in the same order, so the array of pairs is
    // taken over as it is: copying it would cost more than all else. A test compares the layouts.
    elements = unsafe unsafeBitCast(pairs, to: [Element].self)
    let found = look()
    if found.nested { for index in elements.indices { elements[index].value = elements[index].value.bounded() } }
    if found.repeats { removeRepeats() }
  }
}

extension Attributes {
  /// Whether a key stands twice, and whether there is an array or a map. Nothing is retained.
  private func look() -> (repeats: Bool, nested: Bool) {
    unsafe elements.withUnsafeBufferPointer { buffer in
      guard let first = unsafe [Element].borrowed(buffer) else { return (false, false) }
      var (repeats, nested, lengths) = (false, false, UInt64(0))
      for index in 0..<buffer.count {
        // A key of a length that no other has is no other's equal: most need no comparison.
        let count = unsafe first[index].value.key.utf8.count
        let length: UInt64 = 1 &<< UInt64(truncatingIfNeeded: count)
        if lengths & length != 0 {
          var other = 0
          while other < index {
            if unsafe first[other].value.key.utf8.count == count,
              unsafe first[other].value.key == first[index].value.key
            {
              repeats = true
            }
            other &+= 1
          }
        }
        lengths |= length
        if unsafe first[index].value.value.isNested { nested = true }
      }
      return (repeats, nested)
    }
  }
}

extension Attributes: CustomStringConvertible {
  /// The attributes for a person, as a map is printed.
  public var description: String { SpanText.value(.map(self)) }
}

extension Attributes {
  /// With more attributes than this, looking a key up in a dictionary beats searching for it.
  private static var searchedCount: Int { 32 }

  private func place(of key: String, before end: Int) -> Int? {
    let length = key.utf8.count
    return elements[..<end].firstIndex { $0.key.utf8.count == length && $0.key == key }
  }

  /// Of equal keys the last value stays, at the place of the first.
  private mutating func removeRepeats() {
    let searches = elements.count <= Self.searchedCount
    var places: [String: Int] = [:]
    var kept = 0
    for index in elements.indices {
      let key = elements[index].key
      if let place = searches ? place(of: key, before: kept) : places[key] {
        elements[place] = Element(key, elements[index].value)
      } else {
        if kept < index { elements.swapAt(kept, index) }
        if !searches { places[key] = kept }
        kept += 1
      }
    }
    elements.removeSubrange(kept...)
  }
}
