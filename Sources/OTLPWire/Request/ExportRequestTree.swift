internal import TelemetrySDK

/// The positions of the items in an encoded request, by the messages around them: resource and scope, and for data points also
/// the metric and the metric's data.
///
/// The items are spans, log records or data points, numbered in the order of the message.
struct ExportRequestTree {
  /// A message with parts: items, or further messages with items. No other field is between the parts.
  struct Node {
    /// The field of the message in the one around it.
    let field: Range<Int>
    /// The fields in front of the parts.
    var before: Range<Int>
    /// The fields behind the parts.
    var after: Range<Int>
    /// The numbers of the items.
    var items: Range<Int>
    /// The parts that are messages with items.
    var nodes: [Node] = []
    /// The start of the field of each part that is an item, and the end of the last.
    var boundaries: [Int] = []
  }

  let root: Node

  /// - Parameter message: A message that `ExportRequestEncoder` or `ExportRequest.split` wrote.
  @unsafe
  init(_ message: UnsafeRawBufferPointer, _ signal: OTLPSignal) {
    let whole = 0..<message.count
    unsafe root = Self.node(message, whole, content: whole, Self.path(signal)[...], firstItem: 0)
  }

  /// The tags of the parts' fields, level by level.
  private static func path(_ signal: OTLPSignal) -> [[UInt8]] {
    let groups: [[UInt8]] = [[0x0A], [0x12], [0x12]]
    // A metric's `gauge`, `sum`, `histogram`, `exponential_histogram` or `summary`, and `data_points` in that.
    return signal == .metrics ? groups + [[0x2A, 0x3A, 0x4A, 0x52, 0x5A], [0x0A]] : groups
  }

  @unsafe
  private static func node(
    _ message: UnsafeRawBufferPointer, _ field: Range<Int>, content: Range<Int>, _ path: ArraySlice<[UInt8]>,
    firstItem: Int
  ) -> Node {
    let end = content.upperBound
    var node = Node(field: field, before: content, after: end..<end, items: firstItem..<firstItem)
    var hasParts = false
    unsafe forEachField(of: message, in: content) { tag, field, content in
      guard path[path.startIndex].contains(tag) else { return }
      if !hasParts { node.before = node.before.lowerBound..<field.lowerBound }
      hasParts = true
      node.after = field.upperBound..<end
      let next = node.items.upperBound
      if path.count == 1 {
        if node.boundaries.isEmpty { node.boundaries.append(field.lowerBound) }
        node.boundaries.append(field.upperBound)
        node.items = firstItem..<next + 1
      } else {
        let part = unsafe Self.node(message, field, content: content, path.dropFirst(), firstItem: next)
        node.items = firstItem..<part.items.upperBound
        node.nodes.append(part)
      }
    }
    return node
  }

  /// Calls `body` with the tag, the position and the position of the content of each field in `range`. Field numbers are at most
  /// 15; the content of a field that isn't length-delimited is empty.
  @unsafe
  private static func forEachField(
    of message: UnsafeRawBufferPointer, in range: Range<Int>, _ body: (UInt8, Range<Int>, Range<Int>) -> Void
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      let tag = unsafe message[start]
      var (position, value, shift) = (start + 1, 0, 0)
      switch tag & 7 {
      case 1: position += 8
      case 5: position += 4
      default:
        var byte: UInt8
        repeat {
          byte = unsafe message[position]
          value |= Int(truncatingIfNeeded: UInt64(byte & 0x7F) << shift)
          shift += 7
          position += 1
        } while byte >= 0x80
      }
      let end = tag & 7 == 2 ? position + value : position
      body(tag, start..<end, position..<end)
      start = end
    }
  }

  /// The size of the message that has only these items.
  func messageBytes(_ items: Range<Int>) -> Int { root.contentBytes(items) }

  /// Writes the message that has only these items.
  @unsafe
  func write(_ items: Range<Int>, of message: UnsafeRawBufferPointer, to writer: inout ProtobufWriter) {
    unsafe root.writeContent(items, message, &writer)
  }
}

extension ExportRequestTree.Node {
  /// The numbers of the parts that have some of the items.
  private func parts(_ range: Range<Int>) -> Range<Int> {
    let first = nodes.partitioningIndex { $0.items.upperBound > range.lowerBound }
    return first..<max(first, nodes.partitioningIndex { $0.items.lowerBound >= range.upperBound })
  }

  /// The fields of those items of `range` that are parts of this message.
  private func itemBytes(_ range: Range<Int>) -> Range<Int> {
    let members = items.clamped(to: range)
    return boundaries[members.lowerBound - items.lowerBound]..<boundaries[members.upperBound - items.lowerBound]
  }

  private func isWithin(_ range: Range<Int>) -> Bool {
    range.lowerBound <= items.lowerBound && items.upperBound <= range.upperBound
  }

  /// The size of the message with only these items, of which it has some.
  fileprivate func contentBytes(_ range: Range<Int>) -> Int {
    before.count + after.count + partBytes(range)
  }

  private func partBytes(_ range: Range<Int>) -> Int {
    guard nodes.isEmpty else {
      let parts = parts(range)
      guard let first = parts.first, let last = parts.last else { return 0 }
      guard first < last else { return nodes[first].fieldBytes(range) }
      let between = nodes[last].field.lowerBound - nodes[first].field.upperBound
      return nodes[first].fieldBytes(range) + between + nodes[last].fieldBytes(range)
    }
    return boundaries.isEmpty ? 0 : itemBytes(range).count
  }

  /// The size of the message's field: a tag of one byte, the length, and the content.
  private func fieldBytes(_ range: Range<Int>) -> Int {
    if isWithin(range) { return field.count }
    let count = contentBytes(range)
    return 1 + (70 - (count | 1).leadingZeroBitCount) / 7 + count
  }

  @unsafe
  fileprivate func writeContent(
    _ range: Range<Int>, _ message: UnsafeRawBufferPointer, _ writer: inout ProtobufWriter
  ) {
    func copy(_ bytes: Range<Int>) { unsafe writer.copy(UnsafeRawBufferPointer(rebasing: message[bytes])) }
    copy(after)
    if nodes.isEmpty {
      if !boundaries.isEmpty { copy(itemBytes(range)) }
    } else {
      let parts = parts(range)
      if let first = parts.first, let last = parts.last {
        unsafe nodes[last].writeField(range, message, &writer)
        if first < last {
          copy(nodes[first].field.upperBound..<nodes[last].field.lowerBound)
          unsafe nodes[first].writeField(range, message, &writer)
        }
      }
    }
    copy(before)
  }

  @unsafe
  private func writeField(_ range: Range<Int>, _ message: UnsafeRawBufferPointer, _ writer: inout ProtobufWriter) {
    if isWithin(range) { return unsafe writer.copy(UnsafeRawBufferPointer(rebasing: message[field])) }
    let mark = writer.written
    unsafe writeContent(range, message, &writer)
    unsafe writer.prefix(message[field.lowerBound], since: mark)
  }
}

extension Array {
  /// The first position whose element fulfils `predicate`, which the elements behind fulfil too.
  fileprivate func partitioningIndex(_ predicate: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
