/// The items of one export, in the order in which they ended. An exporter reads items as it needs them: each access decodes the
/// item from the batch's bytes, so keep an item in a variable instead of reading it again.
///
/// Copies share the bytes; any thread may read. The memory is freed with the last copy.
public struct Batch<Item: BatchItem>: Collection, Sendable {
  package let encoded: EncodedBatch

  init(_ encoded: EncodedBatch) { self.encoded = encoded }

  /// Makes a batch of items, for tests of an exporter. An item with more nested values than any request holds (2,097,152) is
  /// left out.
  @specialized(where Item == SpanData, Items == [SpanData])
  public init<Items: Sequence<Item>>(_ items: Items) {
    let expected = Swift.min(items.underestimatedCount, 4096) * 768
    var queue = BatchQueue(
      maxItems: .max, maxBytes: .max, expectedBytes: expected, countsDataPoints: Item.signal == .metrics)
    for item in items {
      unsafe item.withField { field in
        if let field = unsafe field { unsafe queue.append(field, item.resource, item.scope, count: item.itemCount) }
      }
    }
    encoded = queue.removeFirstBatch()
  }

  /// A position in a batch.
  public struct Index: Comparable, Hashable, Sendable {
    fileprivate let number: Int
    /// The item's position in the block.
    fileprivate let offset: Int
    fileprivate let run: Int

    /// True if `left` is in front of `right`.
    public static func < (left: Index, right: Index) -> Bool { left.number < right.number }
  }

  /// The number of items; counting takes no time.
  public var count: Int { encoded.count }

  /// True if there are no items. Processors export no such batch.
  public var isEmpty: Bool { count == 0 }

  /// The position of the first item.
  public var startIndex: Index { Index(number: 0, offset: encoded.range.lowerBound, run: encoded.runs.startIndex) }

  /// The position behind the last item.
  public var endIndex: Index {
    Index(number: count, offset: encoded.range.upperBound, run: encoded.runs.endIndex)
  }

  /// The position behind `index`.
  public func index(after index: Index) -> Index {
    let end = unsafe message(at: index).endIndex
    let run = end == encoded.runs[index.run].end ? index.run + 1 : index.run
    return Index(number: index.number + 1, offset: end, run: run)
  }

  /// Decodes an item.
  public subscript(index: Index) -> Item {
    let message = unsafe message(at: index)
    let run = encoded.runs[index.run]
    let item = unsafe EncodedItem(UnsafeRawBufferPointer(rebasing: message), run.resource, run.scope)
    return Item(item)
  }

  /// The message of an item, as a part of the block. An index of another batch, which may point anywhere, ends the program before
  /// it reads beyond the items.
  @unsafe
  private func message(at index: Index) -> Slice<UnsafeRawBufferPointer> {
    let range = encoded.range
    precondition(
      index.number < count && range.contains(index.offset),
      "the index is behind the batch's last item, or of another batch")
    let block = unsafe UnsafeRawBufferPointer(start: encoded.memory.base, count: range.upperBound)
    var (position, size, shift) = (index.offset + 1, 0, 0)
    while true {
      precondition(position < range.upperBound && shift < 63, "the index is of another batch")
      let byte = unsafe block[position]
      position += 1
      size |= Int(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    precondition(size <= range.upperBound - position, "the index is of another batch")
    return unsafe block[position..<position + size]
  }
}

extension Batch: ExpressibleByArrayLiteral {
  /// Makes a batch of items.
  public init(arrayLiteral items: Item...) { self.init(items) }
}

/// The spans of one export.
public typealias SpanBatch = Batch<SpanData>

/// The log records of one export.
public typealias LogRecordBatch = Batch<LogRecord>

/// The metrics of one export.
public typealias MetricBatch = Batch<Metric>
