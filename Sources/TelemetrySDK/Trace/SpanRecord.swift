internal import Synchronization
internal import TelemetryCore

/// The recorded part of a span: one block of memory with a lock, a filter of keys, and the span's protobuf message, which
/// grows as the span is set. The end completes the message, and nothing changes it after that.
///
/// The message begins with the fields that are known at the start, in the order of their numbers. Attributes, events and links
/// follow in the order in which they are set; dropped counts, status and flags come with the end.
///
/// A record is a pointer into the block and counts no references: its users hold the block's object (``RecordingSpan``,
/// ``TraceContext``).
@usableFromInline
@safe
struct SpanRecord {
  // SAFETY: the elements of a `SpanStorage`, which the user of the record holds. What changes is accessed under the lock, or after
  // the end; `Head`'s constants are set before the record is shared.
  private let tail: UnsafeMutableRawPointer

  enum Phase: UInt8, AtomicRepresentable {
    case recording
    /// The end time is set; `onEnding` may still change the rest.
    case ending
    case ended
  }

  @safe
  struct Head: ~Copyable {
    var message: ProtobufAppender
    /// Retained by the record. A reference in memory behind a pointer would be retained for each access.
    let source: Unmanaged<SpanSource>
    let context: SpanContext
    let baggage: Baggage
    let isDebug: Bool
    /// The clock of the trace in this process.
    let clock: TraceClock
    /// The wire's flags: the trace flags, and bits 8 and 9 for the parent's remoteness.
    let flags: UInt32
    let parent: SpanID
    /// The most attributes; 0 after the end.
    var maxAttributes: UInt32
    /// The most bytes of a text that certainly needs no truncation.
    let maxValueBytes: Int

    /// Changed under the lock; read without it where a moment later would do.
    private let currentPhase = Atomic(Phase.recording)
    var phase: Phase {
      @inline(__always) get { currentPhase.load(ordering: .relaxed) }
      @inline(__always) nonmutating set { currentPhase.store(newValue, ordering: .relaxed) }
    }
    var statusCode = SpanData.Status.Code.unset
    var statusMessage = ""
    /// The field of the name in the message.
    var name: Range<Int>
    /// The start of attributes, events and links, behind the fields of kind, start and end.
    var fieldsStart: Int { @inline(__always) get { name.upperBound + 20 } }
    /// The start of the ended span as a field of its scope: tag, length, message.
    var field: UInt8 = 0
    /// The places of the attributes, if there are many.
    var index: AttributeIndex?
    var attributeCount: UInt32 = 0
    var eventCount: UInt32 = 0
    var linkCount: UInt32 = 0
    var droppedAttributes: UInt32 = 0
    var droppedEvents: UInt32 = 0
    var droppedLinks: UInt32 = 0
  }

  /// The size of a record's block: the largest that glibc's per-thread cache serves.
  private static let blockSize = 1032
  // The block holds the object's header, then the lock, the filter, the head and the message.
  private static let filterOffset = LockWord.size
  private static let headOffset = filterOffset + KeyFilter.size
  private static let messageOffset = headOffset + MemoryLayout<Head>.stride
  private static let capacity = blockSize - 16
  /// The room in front of the message for its tag and its length.
  static var messageStart: Int { ProtobufAppender.frameSize }

  /// The record in a block.
  @inline(__always)
  init(_ object: AnyObject) {
    unsafe tail = unsafeDowncast(object, to: SpanStorage.self).withUnsafeMutablePointerToElements {
      UnsafeMutableRawPointer($0)
    }
  }

  /// Makes the block of a span that starts. The message has the fields that are known then.
  @inline(__always)
  static func make(
    _ source: SpanSource, _ context: SpanContext, parent: TraceContext.Parent, in parentContext: TraceContext,
    _ name: String, _ kind: SpanData.Kind, at unixNano: UInt64?
  ) -> AnyObject {
    let storage = SpanStorage.create(minimumCapacity: capacity) { _ in }
    let record = SpanRecord(storage)
    unsafe LockWord.initialize(at: record.tail)
    unsafe KeyFilter.initialize(at: record.tail + filterOffset)
    var message = unsafe ProtobufAppender(
      record.tail + messageOffset, capacity: capacity - messageOffset, count: messageStart)
    let (clock, now) = Self.time(parentContext.clock, unixNano)
    let nameField = message.spanHead(context, parent.spanID, name, kind, now)
    let limits = source.limits
    unsafe (record.tail + headOffset).bindMemory(to: Head.self, capacity: 1).initialize(
      to: Head(
        message: message, source: .passRetained(source), context: context.copy, baggage: parentContext.baggage,
        isDebug: parentContext.isDebug, clock: clock,
        flags: UInt32(context.flags.rawValue) | 0x100 | (parent.isRemote ? 0x200 : 0), parent: parent.spanID,
        maxAttributes: limits.attributes, maxValueBytes: limits.values.length, name: nameField))
    return storage
  }

  /// The clock of a new span and its start.
  @inline(__always)
  private static func time(_ clock: TraceClock?, _ unixNano: UInt64?) -> (TraceClock, UInt64) {
    guard let clock else {
      let (clock, now) = TraceClock.start()
      return (clock, unixNano ?? now)
    }
    return (clock, unixNano ?? clock.now)
  }

  /// Calls `body` with the head and the filter while no other thread can reach them.
  @unsafe
  @inline(__always)
  func withLock<Result>(_ body: (UnsafeMutablePointer<Head>, KeyFilter) -> Result) -> Result {
    let lock = lock
    lock.lock()
    defer { lock.unlock() }
    return unsafe body(head, filter)
  }

  var lock: LockWord { @inline(__always) get { unsafe LockWord(at: tail) } }
  var filter: KeyFilter { @inline(__always) get { unsafe KeyFilter(at: tail + Self.filterOffset) } }

  /// The head; for constants, and for others after the end or under the lock.
  @unsafe
  var head: UnsafeMutablePointer<Head> {
    @inline(__always) get { unsafe (tail + Self.headOffset).assumingMemoryBound(to: Head.self) }
  }

  var context: SpanContext { unsafe head.pointee.context }
  var asParent: TraceContext.Parent { unsafe TraceContext.Parent(head.pointee.context) }
  var baggage: Baggage { unsafe head.pointee.baggage }
  var isDebug: Bool { unsafe head.pointee.isDebug }
  var clock: TraceClock { unsafe head.pointee.clock }

  /// Calls `body` with what the span shares with others of its tracer.
  @inline(__always)
  func withSource<Result>(_ body: (SpanSource) -> Result) -> Result {
    unsafe head.pointee.source._withUnsafeGuaranteedRef { body($0) }
  }

  var parent: SpanID { unsafe head.pointee.parent }
}

/// The block of a record.
final class SpanStorage: ManagedBuffer<Void, UInt8> {
  deinit { SpanRecord(self).destroy() }
}

extension SpanRecord {
  /// Ends the record's life, with its block.
  fileprivate func destroy() {
    if unsafe head.pointee.phase != .ended { reportAbandoned() }
    unsafe head.pointee.message.deallocate()
    let source = unsafe head.pointee.source
    unsafe head.deinitialize(count: 1)
    unsafe source.release()
  }

  @inline(never)
  private func reportAbandoned() {
    withSource { $0.provider.abandoned(name, $0.scope) }
  }

  /// The name, while no other thread can reach the record.
  private var name: String {
    let field = unsafe head.pointee.message.bytes[head.pointee.name]
    // The tag is one byte, and the last byte of the length is the first one below 0x80.
    guard let length = unsafe field.dropFirst().firstIndex(where: { $0 < 0x80 }) else { return "" }
    return unsafe String(decoding: field[(length + 1)...], as: UTF8.self)
  }
}

extension ProtobufAppender {
  /// The fields of a span that are known when it starts.
  /// - Returns: The field of the name; those behind it have a fixed size.
  @inline(__always)
  fileprivate mutating func spanHead(
    _ context: SpanContext, _ parent: SpanID, _ name: String, _ kind: SpanData.Kind, _ start: UInt64
  ) -> Range<Int> {
    ensure(64)
    put(UInt16(WireTags.Span.traceID) | 16 << 8)
    bigEndian(context.traceID.high)
    bigEndian(context.traceID.low)
    put(UInt16(WireTags.Span.spanID) | 8 << 8)
    bigEndian(context.spanID.value)
    if let traceState = context.traceState.storage {
      stringField(WireTags.Span.traceState, traceState.header)
      ensure(32)
    }
    if parent.isValid {
      put(UInt16(WireTags.Span.parentSpanID) | 8 << 8)
      bigEndian(parent.value)
    }
    let nameStart = count
    stringField(WireTags.Span.name, name)
    let nameEnd = count
    ensure(32)
    put(UInt16(WireTags.Span.kind) | UInt16(kind.rawValue) << 8)
    fixed64Field(WireTags.Span.startTimeUnixNano, start)
    fixed64Field(WireTags.Span.endTimeUnixNano, 0)
    return nameStart..<nameEnd
  }
}

extension SpanRecord {
  var limits: RecordingLimits { withSource { $0.limits } }

  /// True if settings have an effect.
  var isRecording: Bool { @inline(__always) get { unsafe head.pointee.phase != .ended } }
}
