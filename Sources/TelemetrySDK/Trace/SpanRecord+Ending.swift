internal import TelemetryCore

extension SpanRecord {
  /// The effect of an end.
  enum End {
    /// None: the span has ended before.
    case none
    case whole
    /// The limits have cost the span attributes, events or links.
    case reduced
  }

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
  func end() -> End {
    unsafe withLock { head, _ in
      guard unsafe head.pointee.phase == .ending else { return .none }
      return unsafe Self.complete(head)
    }
  }

  /// Both in one step, for a provider without a processor that needs `onEnding`.
  @inline(__always)
  func end(_ time: UInt64?) -> End {
    let time = time ?? clock.now
    return unsafe withLock { head, _ in
      guard unsafe head.pointee.phase == .recording else { return .none }
      unsafe head.pointee.message.setEndTime(time, before: head.pointee.fieldsStart)
      return unsafe Self.complete(head)
    }
  }

  /// What an ended span has lost to the limits.
  var discarded: (attributes: UInt32, events: UInt32, links: UInt32) {
    unsafe (head.pointee.droppedAttributes, head.pointee.droppedEvents, head.pointee.droppedLinks)
  }

  @unsafe
  @inline(__always)
  private static func complete(_ head: UnsafeMutablePointer<Head>) -> End {
    unsafe head.pointee.phase = .ended
    unsafe head.pointee.maxAttributes = 0
    var message = unsafe head.pointee.message
    let isReduced = unsafe message.spanTail(head)
    let field = message.frame(WireTags.ScopeItems.item, SpanRecord.messageStart)
    unsafe head.pointee.field = UInt8(truncatingIfNeeded: field)
    unsafe head.pointee.message = message
    return isReduced ? .reduced : .whole
  }

  /// The ended span as a field of its scope.
  @unsafe
  var field: UnsafeRawBufferPointer {
    @inline(__always) get {
      let message = unsafe head.pointee.message
      return unsafe UnsafeRawBufferPointer(rebasing: message.bytes[Int(head.pointee.field)...])
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
        _ = unsafe tail.spanTail(head)
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
  /// - Returns: True if there are dropped counts.
  @unsafe
  @inline(__always)
  mutating func spanTail(_ head: UnsafeMutablePointer<SpanRecord.Head>) -> Bool {
    let dropped = unsafe (head.pointee.droppedAttributes, head.pointee.droppedEvents, head.pointee.droppedLinks)
    let isReduced = dropped.0 | dropped.1 | dropped.2 != 0
    if isReduced { droppedCounts(dropped.0, dropped.1, dropped.2) }
    ensure(10)
    let status = unsafe head.pointee.statusCode
    if unsafe status == .error && !head.pointee.statusMessage.isEmpty {
      unsafe statusField(status, head.pointee.statusMessage)
    } else if status != .unset {
      put(UInt16(WireTags.Span.status) | 2 << 8)
      put(UInt16(WireTags.Status.code) | UInt16(status.rawValue) << 8)
    }
    put(WireTags.Span.flags)
    unsafe put(head.pointee.flags)
    return isReduced
  }

  @inline(never)
  private mutating func droppedCounts(_ attributes: UInt32, _ events: UInt32, _ links: UInt32) {
    ensure(18)
    varintField(WireTags.Span.droppedAttributesCount, UInt64(attributes))
    varintField(WireTags.Span.droppedEventsCount, UInt64(events))
    varintField(WireTags.Span.droppedLinksCount, UInt64(links))
  }

  @inline(never)
  private mutating func statusField(_ code: SpanData.Status.Code, _ message: String) {
    let start = beginMessage(WireTags.Span.status)
    string(WireTags.Status.message, message)
    ensure(2)
    put(UInt16(WireTags.Status.code) | UInt16(code.rawValue) << 8)
    endMessage(start)
    ensure(10)
  }
}
