/// The positions of the spans in an encoded request, by resource and scope.
struct ExportRequestLayout {
  struct ResourceGroup {
    var header = ScopeHeader()
    var scopes: [ScopeGroup] = []

    /// The numbers of the spans among those of the request.
    var spans: Range<Int> { (scopes.first?.spans.lowerBound ?? 0)..<(scopes.last?.spans.upperBound ?? 0) }
  }

  struct ScopeGroup {
    var header = ScopeHeader()
    /// The number of the first span among those of the request.
    let firstSpan: Int
    /// The start of each span's field in the message, and the end of the last.
    var boundaries: [Int] = []

    var spans: Range<Int> { firstSpan..<firstSpan + max(0, boundaries.count - 1) }

    /// The fields of those spans of `range` that are in this scope, as positions in the message.
    func bytes(of range: Range<Int>) -> Range<Int> {
      let members = spans.clamped(to: range)
      return boundaries[members.lowerBound - firstSpan]..<boundaries[members.upperBound - firstSpan]
    }
  }

  private(set) var resources: [ResourceGroup] = []

  /// - Parameter message: A message that `ExportRequestEncoder` or `ExportRequest.split` wrote.
  @unsafe
  init(_ message: UnsafeRawBufferPointer) {
    var spanCount = 0
    unsafe Self.forEachField(of: message, in: 0..<message.count) { _, _, content in
      var resource = ResourceGroup()
      unsafe Self.forEachField(of: message, in: content) { tag, field, content in
        switch tag {
        case FieldTag.ResourceSpans.resource: resource.header.owner = unsafe Array(message[field])
        case FieldTag.ResourceSpans.schemaURL: resource.header.schemaURL = unsafe Array(message[field])
        default:
          let scope = unsafe Self.scopeGroup(of: message, in: content, firstSpan: spanCount)
          spanCount = scope.spans.upperBound
          resource.scopes.append(scope)
        }
      }
      resources.append(resource)
    }
  }

  @unsafe
  private static func scopeGroup(
    of message: UnsafeRawBufferPointer, in content: Range<Int>, firstSpan: Int
  ) -> ScopeGroup {
    var scope = ScopeGroup(firstSpan: firstSpan)
    unsafe forEachField(of: message, in: content) { tag, field, _ in
      switch tag {
      case FieldTag.ScopeSpans.scope: scope.header.owner = unsafe Array(message[field])
      case FieldTag.ScopeSpans.schemaURL: scope.header.schemaURL = unsafe Array(message[field])
      default:
        if scope.boundaries.isEmpty { scope.boundaries.append(field.lowerBound) }
        scope.boundaries.append(field.upperBound)
      }
    }
    return scope
  }

  /// Calls `body` with the tag, the position and the position of the content of each field in `range`. All fields are
  /// length-delimited, with field numbers up to 15.
  @unsafe
  private static func forEachField(
    of message: UnsafeRawBufferPointer, in range: Range<Int>, _ body: (UInt32, Range<Int>, Range<Int>) -> Void
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      var (position, count, shift) = (start + 1, 0, 0)
      var byte: UInt8
      repeat {
        byte = unsafe message[position]
        count |= Int(byte & 0x7F) << shift
        shift += 7
        position += 1
      } while byte >= 0x80
      let end = position + count
      unsafe body(UInt32(message[start]), start..<end, position..<end)
      start = end
    }
  }

  /// The size of the message that has only these spans.
  func messageBytes(_ range: Range<Int>) -> Int {
    resources.reduce(0) { sum, resource in
      guard resource.spans.overlaps(range) else { return sum }
      let content = resource.scopes.reduce(resource.header.count) { sum, scope in
        guard scope.spans.overlaps(range) else { return sum }
        return sum + Self.fieldBytes(scope.header.count + scope.bytes(of: range).count)
      }
      return sum + Self.fieldBytes(content)
    }
  }

  /// The size of a field with `count` bytes of content: a tag of one byte, the length, and the content.
  private static func fieldBytes(_ count: Int) -> Int {
    1 + (70 - (count | 1).leadingZeroBitCount) / 7 + count
  }
}
