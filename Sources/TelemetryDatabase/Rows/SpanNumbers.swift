/// The numbers of the rows of a request's spans, for their events and links. These have their span's key, and the order of the spans,
/// so a search begins where the last one ended.
struct SpanNumbers {
  private var spans: [(key: Range<Int>, number: Int64?)] = []
  private var next = 0

  /// - Parameters:
  ///   - key: The place of the key among the request's bytes.
  ///   - number: nil for a span that wasn't inserted.
  mutating func add(_ key: Range<Int>, _ number: Int64?) { spans.append((key, number)) }

  /// The rows of another table follow.
  mutating func rewind() { next = 0 }

  /// The number of the span with a key; nil if the span wasn't inserted.
  mutating func number(_ key: Range<Int>, _ reader: RowReader) -> Int64? {
    guard let index = spans[next...].firstIndex(where: { reader.areEqual($0.key, key) }) else { return nil }
    next = index
    return spans[index].number
  }
}
