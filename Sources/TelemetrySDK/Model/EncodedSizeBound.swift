/// A size bound that may not be known. All are equal, so that it doesn't count where spans are compared.
@frozen
@usableFromInline
struct SizeBound: Hashable, Sendable {
  private var bytes: UInt32

  /// Not known.
  @usableFromInline init() { bytes = 0 }

  @usableFromInline init(_ value: Int) { bytes = UInt32(exactly: value) ?? 0 }

  var value: Int? { bytes == 0 ? nil : Int(bytes) }

  @usableFromInline static func == (left: SizeBound, right: SizeBound) -> Bool { true }
  @usableFromInline func hash(into hasher: inout Hasher) {}
}

extension SpanData {
  /// At least as many bytes as the span takes in an export request, without its resource and scope.
  ///
  /// Ready since the span was made, unless it was changed. More than any limit where there are more nested values than
  /// are counted.
  public var encodedSizeBound: Int { knownSizeBound.value ?? countSizeBound() }

  /// A few additions for each attribute, since every span pays for it. The constants are the tags, the longest length
  /// prefixes and the fields of fixed size.
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
  /// The most values in nested arrays and maps that are counted for a span: more fill no request of 4 MiB. Shared parts may
  /// make billions of a few.
  fileprivate static var maxCounted: Int { 1 << 21 }
  /// The bound of a span that has more: larger than any limit.
  fileprivate static var uncountable: Int { 1 << 40 }

  /// For kinds whose size isn't a constant: the bytes of an `AnyValue` without its own tag and length.
  /// - Parameter left: How many nested values may still be counted.
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

  /// What isn't nested is there once, however much it is. False if the count is over.
  private static func count(_ number: Int, _ nesting: Int, _ left: inout Int) -> Bool {
    if nesting > 0, left >= 0 { left -= number }
    return left >= 0
  }
}

extension Attributes {
  /// The bytes of the attributes as repeated `KeyValue`.
  ///
  /// Each has four tags and four lengths of up to three bytes, up to 2 MiB; what larger ones need beyond is less than
  /// the size shifted.
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
