package import TelemetryCore

/// An `ExportTraceServiceRequest` ready to be sent, which remembers where its spans lie.
package struct EncodedRequest: Sendable {
  /// The five-byte gRPC prefix (not compressed, length) and the message, contiguous.
  package let message: BufferSlice
  let layout: RequestLayout

  init(message: BufferSlice, layout: RequestLayout) {
    self.message = message
    self.layout = layout
  }

  /// The most bytes that the gRPC prefix can tell of: a larger message must not be sent.
  package static let maxMessageBytes = Int(UInt32.max)

  /// The number of spans.
  package var itemCount: Int { layout.spanCount }

  /// The message without the gRPC prefix.
  package var protobuf: BufferSlice {
    BufferSlice(buffer: message.buffer, range: message.range.dropFirst(5))
  }

  /// Two requests of half the spans each; nil for a single span. Nothing is encoded again: bytes are copied.
  package func split() -> (EncodedRequest, EncodedRequest)? {
    guard itemCount > 1 else { return nil }
    let middle = itemCount / 2
    let group = layout.groups.firstIndex { $0.spans.upperBound > middle } ?? 0
    let firstEnd = layout.groups[group].spans.lowerBound == middle ? group : group + 1
    return (
      piece(0..<middle, groups: 0..<firstEnd), piece(middle..<itemCount, groups: group..<layout.groups.count)
    )
  }

  /// Requests of at most `maxMessageBytes` protobuf bytes each, as few as possible in the given order. A span that alone
  /// is larger gets a request of its own.
  package func split(maxMessageBytes: Int) -> [EncodedRequest] {
    if protobuf.count <= maxMessageBytes || itemCount <= 1 { return [self] }
    var pieces: [EncodedRequest] = []
    var size = PieceSize()
    var (start, startGroup) = (0, 0)
    for (index, group) in layout.groups.enumerated() {
      for span in group.spans {
        let count = layout.spanStarts[span] - layout.spanEnd(span, in: group)
        let grown = size.adding(count, of: group)
        if span > start, grown.total > maxMessageBytes {
          let endGroup = span > group.spans.lowerBound ? index + 1 : index
          pieces.append(piece(start..<span, groups: startGroup..<endGroup))
          (start, startGroup) = (span, index)
          size = PieceSize().adding(count, of: group)
        } else {
          size = grown
        }
      }
    }
    pieces.append(piece(start..<itemCount, groups: startGroup..<layout.groups.count))
    return pieces
  }

  /// A request of some of the spans, which are of `groups`. What of one group follows each other is copied at once.
  private func piece(_ spans: Range<Int>, groups: Range<Int>) -> EncodedRequest {
    let groups = layout.groups[groups]
    return unsafe message.withBytes { bytes in
      var result = RequestLayout(spanCount: spans.count, groupCount: groups.count)
      var writer = WireWriter(RawBuffer(capacity: capacity(for: spans, in: groups)))
      for group in groups.reversed() {
        result.beginGroup(
          resourceIndex: group.resourceIndex,
          resource: unsafe surroundings(group.resourceHead, group.resourceTail, bytes),
          scope: unsafe surroundings(group.scopeHead, group.scopeTail, bytes), &writer)
        let members = group.spans.clamped(to: spans)
        let (start, end) = (layout.spanStarts[members.lowerBound], layout.spanEnd(members.upperBound - 1, in: group))
        let shift = writer.written - end
        unsafe writer.copy(UnsafeRawBufferPointer(rebasing: bytes[bytes.count - start..<bytes.count - end]))
        result.addSpans(layout.spanStarts[members], shift: shift)
        writer.ensure(0)
        result.endGroup(&writer)
      }
      result.endMessage(&writer)
      return EncodedRequest(message: BufferSlice(buffer: writer.buffer, range: writer.range), layout: result)
    }
  }

  /// Room for a piece, so that its buffer doesn't grow.
  private func capacity(for spans: Range<Int>, in groups: ArraySlice<RequestLayout.Group>) -> Int {
    groups.reduce(4 * WireWriter.slack) { sum, group in
      let members = group.spans.clamped(to: spans)
      let start = layout.spanStarts[members.lowerBound]
      let end = layout.spanEnd(members.upperBound - 1, in: group)
      let around =
        group.resourceHead.count + group.resourceTail.count + group.scopeHead.count + group.scopeTail.count
      return sum + start - end + around + 32
    }
  }

  @unsafe
  private func surroundings(
    _ head: RequestLayout.Part, _ tail: RequestLayout.Part, _ bytes: UnsafeRawBufferPointer
  ) -> Surroundings {
    func copy(_ part: RequestLayout.Part) -> [UInt8] {
      let start = bytes.count - part.start
      return unsafe Array(bytes[start..<start + part.count])
    }
    return Surroundings(head: copy(head), tail: copy(tail))
  }
}

/// The protobuf bytes that a request would have, kept up to date span by span.
private struct PieceSize {
  /// Bytes of complete `ResourceSpans`.
  private var resources = 0
  /// Bytes in the last `ResourceSpans`, apart from its last `ScopeSpans`.
  private var inResource = 0
  /// Bytes in the last `ScopeSpans`.
  private var inScope = 0
  private var resourceIndex: Int?
  private var firstSpan: Int?

  var total: Int {
    resourceIndex == nil ? 0 : resources + Self.framed(inResource + Self.framed(inScope))
  }

  func adding(_ count: Int, of group: RequestLayout.Group) -> PieceSize {
    var result = self
    if firstSpan != group.spans.lowerBound {
      if resourceIndex == group.resourceIndex {
        result.inResource += Self.framed(inScope)
      } else {
        result.resources = total
        result.inResource = group.resourceHead.count + group.resourceTail.count
      }
      result.inScope = group.scopeHead.count + group.scopeTail.count
      result.resourceIndex = group.resourceIndex
      result.firstSpan = group.spans.lowerBound
    }
    result.inScope += count
    return result
  }

  private static func framed(_ count: Int) -> Int {
    1 + (70 - (count | 1).leadingZeroBitCount) / 7 + count
  }
}
