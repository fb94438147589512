internal import TelemetryCore

/// Where the parts of a request lie, each as its distance from the request's end; so a request can be cut at span
/// boundaries, and its parts moved to another buffer, without reading it.
///
/// It is filled while the request is written, from the end to the front.
struct RequestLayout: Sendable {
  /// Bytes within the request: from `start` before its end, `count` of them.
  struct Part: Sendable {
    var start = 0
    var count = 0
  }

  /// The spans of one scope, with what stands around them.
  struct Group: Sendable {
    var resourceIndex: Int
    var resourceHead = Part()
    var resourceTail = Part()
    var scopeHead = Part()
    var scopeTail = Part()
    /// Positions in `spanStarts`.
    var spans: Range<Int>
    /// Where the last span ends.
    var spansEnd = 0
  }

  /// In the order of the request once it is written; of one resource following each other.
  private(set) var groups: [Group] = []
  /// The first byte of each span, in the order of the request.
  private(set) var spanStarts: [Int]

  private var nextSpan: Int
  private var resourceMark = 0
  private var scopeMark = 0
  private var resource = Surroundings()
  private var scope = Surroundings()

  init(spanCount: Int, groupCount: Int) {
    spanStarts = [Int](repeating: 0, count: spanCount)
    nextSpan = spanCount
    groups.reserveCapacity(groupCount)
  }

  var spanCount: Int { spanStarts.count }

  /// Where a span of `group` ends.
  func spanEnd(_ index: Int, in group: Group) -> Int {
    index + 1 < group.spans.upperBound ? spanStarts[index + 1] : group.spansEnd
  }

  // MARK: Writing

  /// Begins the group before the last one begun.
  mutating func beginGroup(
    resourceIndex: Int, resource: Surroundings, scope: Surroundings, _ writer: inout WireWriter
  ) {
    var group = Group(resourceIndex: resourceIndex, spans: nextSpan..<nextSpan)
    if let next = groups.last, next.resourceIndex == resourceIndex {
      group.resourceTail = next.resourceTail
    } else {
      endResource(&writer)
      resourceMark = writer.written
      self.resource = resource
      group.resourceTail = Self.write(resource.tail, &writer)
    }
    scopeMark = writer.written
    self.scope = scope
    group.scopeTail = Self.write(scope.tail, &writer)
    group.spansEnd = writer.written
    groups.append(group)
  }

  /// Notes a span that was just written.
  @inline(__always)
  mutating func addSpan(_ start: Int) {
    nextSpan &-= 1
    spanStarts[nextSpan] = start
  }

  /// Notes spans that were copied in one piece: they lie `shift` bytes farther from the end than in `source`.
  mutating func addSpans(_ source: ArraySlice<Int>, shift: Int) {
    for start in source.reversed() { addSpan(start + shift) }
  }

  mutating func endGroup(_ writer: inout WireWriter) {
    groups[groups.count - 1].spans = nextSpan..<groups[groups.count - 1].spans.upperBound
    groups[groups.count - 1].scopeHead = Self.write(scope.head, &writer)
    writer.prefix(0x12, since: scopeMark)
  }

  /// Writes the gRPC prefix too.
  mutating func endMessage(_ writer: inout WireWriter) {
    endResource(&writer)
    groups.reverse()
    resource = Surroundings()
    scope = Surroundings()
    writer.ensure(0)
    writer.bigEndian(UInt32(clamping: writer.written))
    writer.byte(0)
  }

  private mutating func endResource(_ writer: inout WireWriter) {
    guard let first = groups.last else { return }
    let head = Self.write(resource.head, &writer)
    var index = groups.count
    while index > 0, groups[index - 1].resourceIndex == first.resourceIndex {
      index -= 1
      groups[index].resourceHead = head
    }
    writer.prefix(0x0A, since: resourceMark)
  }

  private static func write(_ bytes: [UInt8], _ writer: inout WireWriter) -> Part {
    writer.append(bytes)
    writer.ensure(0)
    return Part(start: writer.written, count: bytes.count)
  }
}
