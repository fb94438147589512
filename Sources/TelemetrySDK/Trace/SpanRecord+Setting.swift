internal import TelemetryCore

extension SpanRecord {
  /// Adds an event, unless the span has ended or the count limit is reached.
  func addEvent(_ name: String, _ time: UInt64?, _ attributes: borrowing Attributes) {
    let time = time ?? clock.now
    unsafe withLock { head, _ in
      guard unsafe admitsEvent(head) else { return }
      let start = unsafe head.pointee.message.beginMessage(WireTags.Span.events)
      unsafe head.pointee.message.eventHead(name, time)
      let limits = limits
      let dropped = unsafe head.pointee.message.attributes(
        WireTags.Event.attributes, attributes, most: limits.attributesPerEvent, limits.values)
      unsafe head.pointee.message.ensure(11)
      unsafe head.pointee.message.varintField(WireTags.Event.droppedAttributesCount, dropped)
      unsafe head.pointee.message.endMessage(start)
    }
  }

  /// Adds an event from its finished message.
  @unsafe
  func addEvent(message: UnsafeRawBufferPointer) {
    unsafe withLock { head, _ in
      guard unsafe admitsEvent(head) else { return }
      unsafe head.pointee.message.field(WireTags.Span.events, message)
    }
  }

  @unsafe
  @inline(__always)
  private func admitsEvent(_ head: UnsafeMutablePointer<Head>) -> Bool {
    guard unsafe head.pointee.phase != .ended else { return false }
    guard unsafe head.pointee.eventCount < limits.events else {
      unsafe head.pointee.droppedEvents.increase()
      return false
    }
    unsafe head.pointee.eventCount &+= 1
    return true
  }

  /// Adds a link, unless the span has ended or the count limit is reached. A link without ids is recorded if it says anything
  /// else (RULES 4.2).
  func addLink(_ context: borrowing SpanContext, _ attributes: borrowing Attributes) {
    guard context.isValid || !attributes.isEmpty || !context.traceState.isEmpty else { return }
    unsafe withLock { head, _ in
      guard unsafe head.pointee.phase != .ended else { return }
      guard unsafe head.pointee.linkCount < limits.links else {
        return unsafe head.pointee.droppedLinks.increase()
      }
      unsafe head.pointee.linkCount &+= 1
      if context.isValid, context.traceState.isEmpty, attributes.isEmpty {
        unsafe head.pointee.message.plainLink(context)
      } else {
        unsafe head.pointee.message.link(context, attributes, limits)
      }
    }
  }

  /// The order is Ok, Error, Unset: a higher one stays, and Ok is final (RULES 4.2.8).
  func setStatus(_ status: SpanData.Status) {
    let lock = lock
    lock.lock()
    defer { lock.unlock() }
    let head = unsafe head
    let old = unsafe head.pointee.statusCode
    guard unsafe head.pointee.phase != .ended, old != .ok, status.code != .unset else { return }
    unsafe head.pointee.statusCode = status.code
    if status.code == .error || old == .error {
      unsafe head.pointee.statusMessage = status.code == .error ? status.message : ""
    }
  }

  /// Sets the status of an error that the span's code didn't handle, unless a status was set.
  func setStatusIfUnset(_ status: SpanData.Status) {
    unsafe withLock { head, _ in
      guard unsafe head.pointee.phase != .ended, unsafe head.pointee.statusCode == .unset else { return }
      unsafe head.pointee.statusCode = status.code
      unsafe head.pointee.statusMessage = status.message
    }
  }

  /// Replaces the name.
  func updateName(_ name: String) {
    unsafe withLock { head, _ in
      guard unsafe head.pointee.phase != .ended else { return }
      let old = unsafe head.pointee.name
      let end = unsafe head.pointee.message.count
      unsafe head.pointee.message.stringField(WireTags.Span.name, name)
      let size = unsafe head.pointee.message.count - end
      unsafe head.pointee.message.moveTail(from: end, over: old)
      unsafe head.pointee.name = old.lowerBound..<old.lowerBound + size
    }
  }
}

extension ProtobufAppender {
  /// The fields of an event in front of its attributes.
  @inline(__always)
  mutating func eventHead(_ name: String, _ time: UInt64) {
    ensure(9)
    fixed64Field(WireTags.Event.timeUnixNano, time)
    stringField(WireTags.Event.name, name)
  }

  /// Repeated `KeyValue`, of which `most` are written. Attributes with an empty key are ignored.
  /// - Returns: The number of those left out for the limit.
  @inline(__always)
  mutating func attributes(
    _ tag: UInt8, _ attributes: borrowing Attributes, most: Int, _ limits: ValueLimits
  ) -> UInt64 {
    if attributes.elements.count <= most, limits.isUnlimited, attributes.isPlain {
      self.attributes(tag, attributes)
      return 0
    }
    return limitedAttributes(tag, attributes, most: most, limits)
  }

  @inline(never)
  private mutating func limitedAttributes(
    _ tag: UInt8, _ attributes: borrowing Attributes, most: Int, _ limits: ValueLimits
  ) -> UInt64 {
    var (count, dropped) = (0, 0 as UInt64)
    for element in attributes.elements where !element.key.isEmpty {
      if count < most, let value = limits.limited(element.value) {
        attribute(tag, element.key, value)
        count += 1
      } else {
        dropped += 1
      }
    }
    return dropped
  }

  /// A link with ids alone, which most are.
  @inline(__always)
  fileprivate mutating func plainLink(_ context: borrowing SpanContext) {
    ensure(35)
    var message = self
    message.put(UInt16(WireTags.Span.links) | 33 << 8)
    message.put(UInt16(WireTags.Link.traceID) | 16 << 8)
    message.bigEndian(context.traceID.high)
    message.bigEndian(context.traceID.low)
    message.put(UInt16(WireTags.Link.spanID) | 8 << 8)
    message.bigEndian(context.spanID.value)
    message.put(WireTags.Link.flags)
    message.put(context.wireFlags)
    count = message.count
  }

  @inline(never)
  fileprivate mutating func link(
    _ context: borrowing SpanContext, _ attributes: borrowing Attributes, _ limits: RecordingLimits
  ) {
    let start = beginMessage(WireTags.Span.links)
    ensure(32)
    if context.traceID.isValid {
      put(UInt16(WireTags.Link.traceID) | 16 << 8)
      bigEndian(context.traceID.high)
      bigEndian(context.traceID.low)
    }
    if context.spanID.isValid {
      put(UInt16(WireTags.Link.spanID) | 8 << 8)
      bigEndian(context.spanID.value)
    }
    if let traceState = context.traceState.storage { stringField(WireTags.Link.traceState, traceState.header) }
    let dropped = self.attributes(WireTags.Link.attributes, attributes, most: limits.attributesPerLink, limits.values)
    ensure(16)
    varintField(WireTags.Link.droppedAttributesCount, dropped)
    put(WireTags.Link.flags)
    put(context.wireFlags)
    endMessage(start)
  }
}
