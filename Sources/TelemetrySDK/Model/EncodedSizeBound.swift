/// A size bound, or none. All values compare equal, so that the bound doesn't affect the comparison of spans.
@frozen
@usableFromInline
struct SizeBound: Hashable, Sendable {
  private var bytes: UInt32

  /// Makes an unknown bound.
  @usableFromInline init() { bytes = 0 }

  @usableFromInline init(_ value: Int) { bytes = UInt32(exactly: value) ?? 0 }

  var value: Int? { bytes == 0 ? nil : Int(bytes) }

  @usableFromInline static func == (left: SizeBound, right: SizeBound) -> Bool { true }
  @usableFromInline func hash(into hasher: inout Hasher) {}
}

extension SpanData {
  /// An upper bound of the span's bytes in an export request, without resource and scope.
  ///
  /// Computed when the span is made, and again after a change. Larger than any limit if the span has more nested values
  /// than are counted.
  public var encodedSizeBound: Int { knownSizeBound.value ?? countSizeBound() }

  /// Every span pays for this computation, so it takes only a few additions for each attribute. The constants are the sum
  /// of tags, the longest length prefixes and the fields of fixed size.
  @usableFromInline
  borrowing func countSizeBound() -> Int {
    var left = AttributeValue.maxCounted
    var bound = 120 &+ name.utf8.count &+ traceState.utf8.count &+ status.message.utf8.count
    bound &+= attributes.encodedSizeBound(nesting: 0, &left)
    events.forEachReversed { event in
      bound &+= 28 &+ event.value.name.utf8.count &+ event.value.attributes.encodedSizeBound(nesting: 0, &left)
    }
    links.forEachReversed { link in
      bound &+= 52 &+ link.value.traceState.utf8.count &+ link.value.attributes.encodedSizeBound(nesting: 0, &left)
    }
    return left < 0 ? AttributeValue.uncountable : bound
  }
}

extension AttributeValue {
  /// The maximum number of values in nested arrays and maps that are counted for a span: no request of 4 MiB holds more.
  /// Shared parts can multiply a few values to billions.
  fileprivate static var maxCounted: Int { 1 << 21 }
  /// The bound of a span with more values: larger than any limit.
  fileprivate static var uncountable: Int { 1 << 40 }

  /// The bound for kinds without a constant size: the bytes of the `AnyValue` without tag and length.
  /// - Parameter left: The number of nested values that may still be counted.
  @inline(never)
  fileprivate func rareSizeBound(nesting: Int, _ left: inout Int) -> Int {
    switch self {
    case .bytes(let bytes): return bytes.count &+ 6
    case .array(let values) where nesting < Self.maxNesting:
      guard Self.count(values.elements.count, nesting, &left) else { return 0 }
      return values.elements.reduce(6) { sum, value in
        if case .string(let text) = value { return sum &+ text.utf8.count &+ 12 }
        return sum &+ 17 &+ value.rareSizeBound(nesting: nesting + 1, &left)
      }
    case .map(let attributes) where nesting < Self.maxNesting:
      guard Self.count(attributes.elements.count, nesting, &left) else { return 0 }
      return attributes.encodedSizeBound(nesting: nesting + 1, &left) &+ 6
    default: return 0
    }
  }

  /// Counts nested values. Values at the first level can't be multiplied by sharing, so they don't count.
  /// - Returns: False if there are more values than are counted.
  private static func count(_ number: Int, _ nesting: Int, _ left: inout Int) -> Bool {
    if nesting > 0, left >= 0 { left -= number }
    return left >= 0
  }
}

extension Attributes {
  /// The bytes of the attributes as repeated `KeyValue`.
  ///
  /// An attribute has four tags and four lengths. A length takes up to three bytes for content up to 2 MiB; the additional
  /// bytes for larger content are fewer than the shifted size.
  @inline(__always)
  fileprivate func encodedSizeBound(nesting: Int, _ left: inout Int) -> Int {
    var bound = 0
    elements.forEachReversed { element in
      let content =
        switch element.value.value {
        case .string(let text): text.utf8.count
        case .int, .double, .bool: 11
        default: element.value.value.rareSizeBound(nesting: nesting, &left)
        }
      let size = element.value.key.utf8.count &+ content
      bound &+= 16 &+ size &+ size >> 18
    }
    return bound
  }
}
