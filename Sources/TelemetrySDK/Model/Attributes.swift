/// Attributes with unique keys, in the order of their addition.
///
/// Stored as an array, not as a dictionary: a span has few attributes, which are mostly built and visited in order.
@frozen
public struct Attributes: Hashable, Sendable {
  /// An attribute.
  @frozen
  public struct Element: Hashable, Sendable {
    /// The name. The specification doesn't permit an empty name.
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

  /// Makes an empty collection.
  @inlinable
  public init() { elements = [] }

  /// Makes attributes without checks. The caller guarantees that all keys differ.
  @inlinable
  public init(unchecked elements: [Element]) { self.elements = elements }

  /// Makes attributes from pairs, in order. For equal keys, the last value takes the place of the first.
  public init(_ pairs: some Sequence<(String, AttributeValue)>) {
    self.init()
    elements.reserveCapacity(pairs.underestimatedCount)
    for (key, value) in pairs { elements.append(Element(key, value)) }
    removeRepeats()
  }

  /// The value of `key`. Setting nil removes the attribute. O(count).
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

  /// Reserves room for `count` attributes, but at most 1024 at a time.
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

  /// Makes attributes from pairs, in order. For equal keys, the last value takes the place of the first.
  public init(dictionaryLiteral pairs: (String, AttributeValue)...) {
    // SAFETY: an element has the layout of a pair: the same parts in the same order (a test compares the layouts). So the
    // array of pairs becomes the array of elements without a copy, which would cost more than everything else here.
    elements = unsafe unsafeBitCast(pairs, to: [Element].self)
    let (hasRepeats, hasNested) = inspect()
    if hasNested { for index in elements.indices { elements[index].value = elements[index].value.bounded() } }
    if hasRepeats { removeRepeats() }
  }
}

extension Attributes {
  /// Retains nothing.
  /// - Returns: True if a key occurs twice, and true if a value is an array or a map.
  private func inspect() -> (hasRepeats: Bool, hasNested: Bool) {
    unsafe elements.withUnsafeBufferPointer { buffer in
      guard let first = unsafe [Element].borrowed(buffer) else { return (false, false) }
      var (hasRepeats, hasNested, lengths) = (false, false, UInt64(0))
      for index in 0..<buffer.count {
        // A key with a unique length equals no other key, so most keys need no comparison.
        let count = unsafe first[index].value.key.utf8.count
        let length: UInt64 = 1 &<< UInt64(truncatingIfNeeded: count)
        if lengths & length != 0 {
          var other = 0
          while other < index {
            if unsafe first[other].value.key.utf8.count == count,
              unsafe first[other].value.key == first[index].value.key
            {
              hasRepeats = true
            }
            other &+= 1
          }
        }
        lengths |= length
        if unsafe first[index].value.value.isNested { hasNested = true }
      }
      return (hasRepeats, hasNested)
    }
  }
}

extension Attributes: CustomStringConvertible {
  /// The attributes as readable text, in the form of a map.
  public var description: String { ReadableText.value(.map(self)) }
}

extension Attributes {
  /// With more attributes than this, a dictionary finds a key faster than a search.
  private static var searchedCount: Int { 32 }

  private func place(of key: String, before end: Int) -> Int? {
    let length = key.utf8.count
    return elements[..<end].firstIndex { $0.key.utf8.count == length && $0.key == key }
  }

  /// Removes repeated keys: the last value takes the place of the first.
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
