#if DistributedTracing
  internal import Tracing

  /// The attributes of a span as its user sees them. They become the span's own when it ends.
  ///
  /// A change in place moves the attributes out meanwhile, so that the dictionary isn't copied. Changes of other threads, and an
  /// end, that come then are put together with the changed attributes when these come back: nothing that was set is lost.
  struct AttributeStore {
    /// The attributes with which a span ends.
    struct End {
      let attributes: SpanAttributes
      let unixNano: UInt64
    }

    /// The consequence of attributes that came back.
    enum Return {
      case done
      /// The end waited for them.
      case end(End)
      /// Others were set meanwhile: merge the second collection into the first one without the lock, since a replaced value may run
      /// code when it is released, and give the result back.
      case merge(SpanAttributes, with: SpanAttributes, isAll: Bool)
    }

    private enum Phase {
      case recording
      /// The end waits for the attributes that are taken.
      case ending(UInt64)
      case ended
    }

    /// No attributes. A literal would be made by way of a sequence.
    static var none: SpanAttributes { SpanAttributes([String: SpanAttribute]()) }

    private var phase = Phase.recording
    private var isTaken = false
    /// All attributes, or those that were set while all others were taken.
    private(set) var attributes = Self.none
    /// True if an error status with a message was set.
    private var hasErrorMessage = false

    /// True until the end.
    var isRecording: Bool { if case .recording = phase { true } else { false } }

    /// Replaces the attributes, and gives the old ones; after the end it does nothing.
    mutating func exchange(_ other: inout SpanAttributes) { if isRecording { swap(&attributes, &other) } }

    /// Moves the attributes out. They must come back by ``giveBack(_:isAll:)``.
    /// - Returns: All attributes of the span, or an empty collection to be merged with them.
    mutating func take() -> (attributes: SpanAttributes, isAll: Bool) {
      var taken = Self.none
      guard isRecording, !isTaken else { return (taken, false) }
      isTaken = true
      swap(&taken, &attributes)
      return (taken, true)
    }

    /// Takes attributes back.
    /// - Parameter isAll: As ``take()`` returned it.
    mutating func giveBack(_ taken: SpanAttributes, isAll: Bool) -> Return {
      var other = taken
      guard isAll || isRecording else { return .done }
      guard attributes.isEmpty else {
        swap(&other, &attributes)
        defer { attributes = Self.none }
        if isAll { return .merge(taken, with: other, isAll: true) }
        // Without others in their place, all attributes are taken from here.
        let wasTaken = isTaken
        isTaken = true
        return .merge(other, with: taken, isAll: !wasTaken)
      }
      swap(&other, &attributes)
      guard isAll else { return .done }
      isTaken = false
      guard case .ending(let unixNano) = phase else { return .done }
      phase = .ended
      return .end(End(attributes: attributes, unixNano: unixNano))
    }

    /// Ends the span; the first call counts.
    /// - Returns: The end, or nil if the span has ended or its attributes are taken.
    mutating func end(at unixNano: UInt64) -> End? {
      guard isRecording else { return nil }
      guard !isTaken else {
        phase = .ending(unixNano)
        return nil
      }
      phase = .ended
      return End(attributes: attributes, unixNano: unixNano)
    }

    /// - Returns: False for an error without a message after one with a message, which `withSpan` sets for each error that
    ///   leaves its body.
    mutating func admits(_ status: SpanStatus) -> Bool {
      guard status.code == .error else { return true }
      if status.message == nil { return !hasErrorMessage }
      hasErrorMessage = true
      return true
    }
  }
#endif
