/// The items of one export, in the order in which they ended. An exporter reads items as it needs them: each access decodes the
/// item from the batch's bytes, so keep an item in a variable instead of reading it again.
///
/// Copies share the bytes; any thread may read. The memory is freed with the last copy.
public struct Batch<Item: BatchItem>: Collection, Sendable {
  package let encoded: EncodedBatch

  init(_ encoded: EncodedBatch) { self.encoded = encoded }

  /// Makes a batch of items, for tests of an exporter. An item with more nested values than any request holds (2,097,152) is
  /// left out.
  public init(_ items: some Sequence<Item>) {
    var queue = BatchQueue(maxItems: .max, maxBytes: .max)
    for item in items {
      unsafe item.withField { field in
        if let field = unsafe field { unsafe queue.append(field, item.resource, item.scope) }
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
  public var startIndex: Index { Index(number: 0, offset: encoded.range.lowerBound, run: 0) }

  /// The position behind the last item.
  public var endIndex: Index {
    Index(number: count, offset: encoded.range.upperBound, run: encoded.runs.count)
  }

  /// The position behind `index`.
  public func index(after index: Index) -> Index {
    precondition(index.number < count, "the index is behind the batch's last item")
    let end = unsafe index.offset + EncodedBatch.size(of: encoded.memory.base + index.offset)
    let run = end == encoded.runs[index.run].end ? index.run + 1 : index.run
    return Index(number: index.number + 1, offset: end, run: run)
  }

  /// Decodes an item.
  public subscript(index: Index) -> Item {
    precondition(index.number < count, "the index is behind the batch's last item")
    let start = unsafe UnsafeRawPointer(encoded.memory.base + index.offset)
    let message = unsafe EncodedBatch.message(at: start)
    let bytes = unsafe UnsafeRawBufferPointer(start: start + message.offset, count: message.count)
    let run = encoded.runs[index.run]
    let item = unsafe EncodedItem(bytes, run.resource, run.scope)
    return Item(item)
  }
}

extension Batch: ExpressibleByArrayLiteral {
  /// Makes a batch of items.
  public init(arrayLiteral items: Item...) { self.init(items) }
}

/// The spans of one export.
public typealias SpanBatch = Batch<SpanData>
