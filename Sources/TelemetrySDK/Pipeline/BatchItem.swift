/// An item for a ``BatchProcessor``: a span, a log record or a metric. It is queued as its finished bytes, which every exporter
/// of the batch shares.
///
/// The package's items conform; the writer and the reader have no public members.
public protocol BatchItem: Sendable {
  /// The signal of the items.
  static var signal: OTLPSignal { get }

  /// The producer of the item.
  var resource: Resource { get }
  /// The library that made the item.
  var scope: InstrumentationScope { get }

  /// Writes the item's message, without resource and scope, from its last field to its first.
  func encode(to writer: inout ProtobufWriter)

  /// Reads an item that ``encode(to:)`` wrote.
  init(_ encoded: borrowing EncodedItem)

  /// The item's count in outcomes and ledgers: 1 for a span or a log record, the number of data points of a metric.
  /// Default 1.
  var itemCount: Int { get }
}

extension BatchItem {
  /// 1.
  public var itemCount: Int { 1 }

  /// The batch's count in outcomes and ledgers: of spans, of log records, or of the data points of metrics.
  public static func itemCount(of batch: Batch<Self>) -> Int { batch.encoded.itemCount }
}

/// The bytes of an item in a batch. It has no public members.
@safe
public struct EncodedItem: ~Copyable {
  // SAFETY: the batch that the item is read from outlives it.
  /// The item's message.
  package let message: UnsafeRawBufferPointer
  package let resource: Resource
  package let scope: InstrumentationScope

  @unsafe
  package init(_ message: UnsafeRawBufferPointer, _ resource: Resource, _ scope: InstrumentationScope) {
    unsafe self.message = message
    self.resource = resource
    self.scope = scope
  }
}

extension BatchItem {
  /// Calls `body` with the item as a field of its scope, the form in which it is queued; nil if it has more than `maxBytes`.
  @inline(__always)
  func withField<Result>(maxBytes: Int = .max, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
    // More than 1,024 bytes would be allocated on the heap.
    unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { memory in
      var writer = unsafe ProtobufWriter(memory, maxBytes: maxBytes)
      encode(to: &writer)
      writer.ensure(0)
      writer.prefix(WireTags.ScopeItems.item, since: 0)
      return unsafe body(writer.isTooLarge ? nil : writer.bytes)
    }
  }

  /// The bytes that the item takes in a queue; nil if it has more nested values than any request holds.
  package var encodedSize: Int? { unsafe withField { unsafe $0?.count } }
}

extension SpanData: BatchItem {
  /// Traces.
  public static var signal: OTLPSignal { .traces }

  /// Writes the fields of OTLP's `Span`.
  @inline(__always)
  public func encode(to writer: inout ProtobufWriter) {
    unsafe withUnsafePointer(to: self) { span in
      // SAFETY: a struct with one member has the layout of the member.
      let span = unsafe UnsafeRawPointer(span).assumingMemoryBound(to: Borrowed<SpanData>.self)
      unsafe writer.span(span.pointee)
    }
  }

  /// Reads the fields of OTLP's `Span`.
  public init(_ encoded: borrowing EncodedItem) {
    unsafe self.init(decoding: encoded.message, resource: encoded.resource, scope: encoded.scope)
  }
}
