extension SpanData {
  /// At least as many bytes as the span takes in an export request, without its resource and scope.
  ///
  /// It costs a few additions for each attribute, since every ended span pays for it. The constants are the tags, the
  /// longest length prefixes and the fields of fixed size.
  public var encodedSizeBound: Int {
    var bound = 120 &+ name.utf8.count &+ traceState.utf8.count &+ status.message.utf8.count
    bound &+= attributes.encodedSizeBound(nesting: 0)
    events.forEachBorrowed { event in
      bound &+= 28 &+ event.value.name.utf8.count &+ event.value.attributes.encodedSizeBound(nesting: 0)
    }
    links.forEachBorrowed { link in
      bound &+= 52 &+ link.value.traceState.utf8.count &+ link.value.attributes.encodedSizeBound(nesting: 0)
    }
    return bound
  }
}

extension AttributeValue {
  /// Arrays and maps nested deeper than this are exported as empty values: with the messages around them they would
  /// pass the 100 levels that protobuf readers accept, and these would refuse the whole request.
  package static var maxNesting: Int { 30 }

  /// For kinds whose size isn't a constant: the bytes of an `AnyValue` without its own tag and length.
  @inline(never)
  fileprivate func rareSizeBound(nesting: Int) -> Int {
    switch self {
    case .bytes(let bytes): return bytes.count &+ 6
    case .array(let values) where nesting < Self.maxNesting:
      return values.reduce(6) { sum, value in
        if case .string(let text) = value { return sum &+ text.utf8.count &+ 12 }
        return sum &+ 17 &+ value.rareSizeBound(nesting: nesting + 1)
      }
    case .map(let attributes) where nesting < Self.maxNesting:
      return attributes.encodedSizeBound(nesting: nesting + 1) &+ 6
    default: return 0
    }
  }
}

extension Attributes {
  /// The bytes of the attributes as repeated `KeyValue`.
  ///
  /// Each has four tags and four lengths of up to three bytes, up to 2 MiB; what larger ones need beyond is less than
  /// the size shifted.
  @inline(__always)
  fileprivate func encodedSizeBound(nesting: Int) -> Int {
    var bound = 0
    elements.forEachBorrowed { element in
      let content =
        switch element.value.value {
        case .string(let text): text.utf8.count
        case .int, .double, .bool: 11
        default: element.value.value.rareSizeBound(nesting: nesting)
        }
      let size = element.value.key.utf8.count &+ content
      bound &+= 16 &+ size &+ size >> 18
    }
    return bound
  }
}

/// Looks at a value in memory without owning it: what can't be copied is borrowed, and so are its parts, where reading a
/// copyable value through a pointer would retain what it refers to. It has the layout of its only member.
private struct Borrowed<Value>: ~Copyable {
  let value: Value
}

extension Array {
  /// Calls `body` with each element; nothing is retained.
  @inline(__always)
  fileprivate borrowing func forEachBorrowed(_ body: (borrowing Borrowed<Element>) -> Void) {
    unsafe withUnsafeBufferPointer { elements in
      // SAFETY: a struct of one member has the layout of that member; the array outlives the call.
      guard
        let first = unsafe UnsafeRawPointer(elements.baseAddress)?.assumingMemoryBound(to: Borrowed<Element>.self)
      else { return }
      for index in 0..<elements.count { unsafe body(first[index]) }
    }
  }
}
