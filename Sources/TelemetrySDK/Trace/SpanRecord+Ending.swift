internal import TelemetryCore

extension SpanRecord {
  /// Fixes the end time; the first call counts.
  /// - Returns: False if the span has ended before.
  func beginEnding(_ time: UInt64?) -> Bool {
    let time = time ?? clock.now
    return unsafe withLock { head, _ in
      guard unsafe head.pointee.phase == .recording else { return false }
      unsafe head.pointee.phase = .ending
      unsafe head.pointee.message.setEndTime(time, before: head.pointee.fieldsStart)
      return true
    }
  }

  /// Completes the message. Nothing changes after this.
  func end() {
    unsafe withLock { head, _ in
      guard unsafe head.pointee.phase == .ending else { return }
      unsafe Self.complete(head)
    }
  }

  /// Both in one step, for a provider without a processor that needs `onEnding`.
  /// - Returns: False if the span has ended before.
  @inline(__always)
  func end(_ time: UInt64?) -> Bool {
    let time = time ?? clock.now
    return unsafe withLock { head, _ in
      guard unsafe head.pointee.phase == .recording else { return false }
      unsafe head.pointee.message.setEndTime(time, before: head.pointee.fieldsStart)
      unsafe Self.complete(head)
      return true
    }
  }

  @unsafe
  @inline(__always)
  private static func complete(_ head: UnsafeMutablePointer<Head>) {
    unsafe head.pointee.phase = .ended
    var message = unsafe head.pointee.message
    unsafe message.spanTail(head)
    unsafe head.pointee.field = message.frame(WireTags.ScopeItems.item, SpanRecord.messageStart)
    unsafe head.pointee.message = message
  }

  /// The ended span as a field of its scope.
  @unsafe
  var field: UnsafeRawBufferPointer {
    @inline(__always) get {
      let message = unsafe head.pointee.message
      return unsafe UnsafeRawBufferPointer(rebasing: message.bytes[head.pointee.field...])
    }
  }

  /// The span as it is now.
  func snapshot() -> SpanData {
    let (bytes, tail) = unsafe withLock { head, _ -> ([UInt8], [UInt8]) in
      let isComplete = unsafe head.pointee.phase == .ended
      let message = unsafe UnsafeRawBufferPointer(rebasing: head.pointee.message.bytes[Self.messageStart...])
      guard !isComplete else { return unsafe (Array(message), []) }
      return unsafe withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { scratch in
        var tail = unsafe ProtobufAppender(scratch.baseAddress.unsafelyUnwrapped, capacity: scratch.count)
        defer { tail.deallocate() }
        unsafe tail.spanTail(head)
        return unsafe (Array(message), Array(tail.bytes))
      }
    }
    return withSource { source in
      unsafe (bytes + tail).withUnsafeBytes {
        unsafe SpanData(decoding: $0, resource: source.resource, scope: source.scope)
      }
    }
  }
}

extension ProtobufAppender {
  /// Overwrites the value of the end time, the eight bytes in front of `position`.
  @inline(__always)
  mutating func setEndTime(_ time: UInt64, before position: Int) {
    unsafe base.storeBytes(of: time.littleEndian, toByteOffset: position &- 8, as: UInt64.self)
  }

  /// The fields behind attributes, events and links.
  @unsafe
  @inline(__always)
  mutating func spanTail(_ head: UnsafeMutablePointer<SpanRecord.Head>) {
    ensure(48)
    let dropped = unsafe (head.pointee.droppedAttributes, head.pointee.droppedEvents, head.pointee.droppedLinks)
    if dropped.0 | dropped.1 | dropped.2 != 0 {
      varintField(WireTags.Span.droppedAttributesCount, UInt64(dropped.0))
      varintField(WireTags.Span.droppedEventsCount, UInt64(dropped.1))
      varintField(WireTags.Span.droppedLinksCount, UInt64(dropped.2))
    }
    let status = unsafe head.pointee.statusCode
    if status != .unset {
      let start = beginMessage(WireTags.Span.status)
      unsafe stringField(0x12, head.pointee.statusMessage)
      ensure(16)
      put(UInt16(0x18) | UInt16(status.rawValue) << 8)
      endMessage(start)
      ensure(8)
    }
    put(WireTags.Span.flags)
    unsafe put(head.pointee.flags)
  }
}
