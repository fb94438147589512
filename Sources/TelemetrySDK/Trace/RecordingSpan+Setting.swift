extension RecordingSpan {
  // MARK: Attributes

  /// Sets an attribute; a value that was set before for the same key is replaced in its place.
  ///
  /// An attribute with an empty key is ignored, one beyond the limit of attributes is counted as dropped
  /// (``SpanLimits/attributeCountLimit``).
  @inlinable
  public func setAttribute(_ key: String, _ value: String) { if record != nil { set(key, value) } }

  /// Sets an attribute to an integer.
  @inlinable
  public func setAttribute(_ key: String, _ value: Int) { if record != nil { set(key, value) } }

  /// Sets an attribute to an integer.
  @inlinable
  public func setAttribute(_ key: String, _ value: Int64) { if record != nil { set(key, value) } }

  /// Sets an attribute to a floating-point number.
  @inlinable
  public func setAttribute(_ key: String, _ value: Double) { if record != nil { set(key, value) } }

  /// Sets an attribute to a truth value.
  @inlinable
  public func setAttribute(_ key: String, _ value: Bool) { if record != nil { set(key, value) } }

  /// Sets an attribute to bytes that are not text.
  public func setAttribute(_ key: String, _ value: [UInt8]) { setAttribute(key, .bytes(value)) }
  /// Sets an attribute to texts.
  public func setAttribute(_ key: String, _ value: [String]) { setAttribute(key, AttributeValue(value)) }
  /// Sets an attribute to truth values.
  public func setAttribute(_ key: String, _ value: [Bool]) { setAttribute(key, AttributeValue(value)) }
  /// Sets an attribute to integers.
  public func setAttribute(_ key: String, _ value: [Int]) { setAttribute(key, AttributeValue(value)) }
  /// Sets an attribute to floating-point numbers.
  public func setAttribute(_ key: String, _ value: [Double]) { setAttribute(key, AttributeValue(value)) }

  /// Sets an attribute to a value of any kind.
  @_disfavoredOverload
  public func setAttribute(_ key: String, _ value: AttributeValue) {
    guard let record else { return }
    guard let value = record.limits.values.limited(value) else { return record.attributeDropped() }
    record.setAttribute(key, plain: value)
  }

  /// Sets an attribute to a value that is only made if the span is recorded.
  public func setAttribute(_ key: String, making value: () throws -> AttributeValue) rethrows {
    guard isRecording else { return }
    setAttribute(key, try value())
  }

  /// Sets several attributes.
  public func setAttributes(_ attributes: Attributes) {
    guard record != nil else { return }
    for attribute in attributes { setAttribute(attribute.key, attribute.value) }
  }

  // Out of line, so that a span that isn't recorded costs its caller a comparison.

  @usableFromInline
  func set(_ key: String, _ value: String) { record?.setAttribute(key, plain: value) }

  @usableFromInline
  func set(_ key: String, _ value: Int) { set(key, Int64(value)) }

  @usableFromInline
  func set(_ key: String, _ value: Int64) {
    record?.setAttribute(key, plain: value)
  }

  @usableFromInline
  func set(_ key: String, _ value: Double) {
    record?.setAttribute(key, plain: value)
  }

  @usableFromInline
  func set(_ key: String, _ value: Bool) {
    record?.setAttribute(key, plain: value)
  }

  // MARK: Events and links

  /// Adds an event. Events keep the order in which they are added.
  /// - Parameters:
  ///   - name: The event's name.
  ///   - attributes: The event's attributes.
  ///   - unixNano: The event's time in nanoseconds since 1970; nil, the default, for now.
  public func addEvent(_ name: String, attributes: Attributes = Attributes(), at unixNano: UInt64? = nil) {
    record?.addEvent(name, unixNano, attributes)
  }

  /// Adds an event with the attributes that a closure sets. The closure only runs if the span is recorded.
  public func addEvent(
    _ name: String, at unixNano: UInt64? = nil, attributes build: (inout EventAttributes) throws -> Void
  ) rethrows {
    guard let record, record.isRecording else { return }
    let time = unixNano ?? record.clock.now
    let limits = record.limits
    // The closure runs outside of the lock, so it may use the span.
    try unsafe withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { scratch in
      let memory = unsafe scratch.baseAddress.unsafelyUnwrapped
      var message = unsafe ProtobufAppender(memory, capacity: scratch.count)
      message.eventHead(name, time)
      var attributes = unsafe EventAttributes(
        AttributeAppender(
          message, WireTags.Event.attributes, most: limits.attributesPerEvent, limits.values, memory))
      defer {
        unsafe attributes.appender.checkOrigin(memory)
        attributes.appender.message.deallocate()
      }
      try build(&attributes)
      let dropped = attributes.appender.dropped
      if dropped != 0 { attributes.appender.message.endWithCount(WireTags.Event.droppedAttributesCount, dropped) }
      unsafe record.addEvent(message: attributes.appender.message.bytes)
    }
  }

  /// Adds an event `exception` with the error's type, message and stack trace (RULES 4.2.11). The status stays as it is.
  /// - Parameters:
  ///   - error: The error. Its `description` is the message; a ``StackTraced`` error gives its stack trace.
  ///   - attributes: Further attributes; they replace those of the same name.
  ///   - unixNano: The time in nanoseconds since 1970; nil, the default, for now.
  public func recordError(_ error: any Error, attributes: Attributes = Attributes(), at unixNano: UInt64? = nil) {
    guard isRecording else { return }
    var all = Attributes.exception(error)
    for attribute in attributes { all[attribute.key] = attribute.value }
    addEvent("exception", attributes: all, at: unixNano)
  }

  /// Adds a link to another span.
  public func addLink(_ context: SpanContext, attributes: Attributes = Attributes()) {
    record?.addLink(context, attributes)
  }

  // MARK: Status and name

  /// Sets the status. `ok` is final, `unset` is ignored, and a message is kept for errors only (RULES 4.2.8).
  public func setStatus(_ status: SpanData.Status) { record?.setStatus(status) }

  /// Replaces the name. A sampler's decision about the old name stays.
  public func updateName(_ name: String) { record?.updateName(name) }
}
