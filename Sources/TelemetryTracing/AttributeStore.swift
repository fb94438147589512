#if DistributedTracing
  internal import Tracing

  /// The attributes of a span as its user sees them. They become the span's own when it ends.
  ///
  /// A change in place moves the attributes out meanwhile, so that the dictionary isn't copied. Changes of other threads, and an
  /// end, that come then are put together with the changed attributes when these come back: nothing that was set is lost.
  struct AttributeStore {
    /// Attributes for a change in place.
    struct Taken {
      var attributes: SpanAttributes
      /// True for all attributes of the span, false for an empty collection beside them.
      fileprivate let isAll: Bool
    }

    /// The attributes with which a span ends.
    struct End {
      let attributes: SpanAttributes
      let unixNano: UInt64
    }

    private enum Phase {
      case recording
      /// The end waits for the attributes that are taken.
      case ending(UInt64)
      case ended
    }

    private var phase = Phase.recording
    private var isTaken = false
    /// All attributes, or those that were set while all others were taken.
    private(set) var attributes = SpanAttributes([:])
    /// True if an error status with a message was set.
    private var hasErrorMessage = false

    /// True until the end.
    var isRecording: Bool { if case .recording = phase { true } else { false } }

    /// Replaces the attributes.
    mutating func set(_ new: SpanAttributes) { if isRecording { attributes = new } }

    /// Moves the attributes out. They must come back by ``giveBack(_:)``.
    mutating func take() -> Taken {
      guard isRecording, !isTaken else { return Taken(attributes: SpanAttributes([:]), isAll: false) }
      isTaken = true
      let all = attributes
      attributes = SpanAttributes([:])
      return Taken(attributes: all, isAll: true)
    }

    /// Takes attributes back.
    /// - Returns: The end that waited for them, or nil.
    mutating func giveBack(_ taken: Taken) -> End? {
      guard taken.isAll else {
        if isRecording { attributes.merge(taken.attributes) }
        return nil
      }
      isTaken = false
      var all = taken.attributes
      if !attributes.isEmpty { all.merge(attributes) }
      attributes = all
      guard case .ending(let unixNano) = phase else { return nil }
      phase = .ended
      return End(attributes: attributes, unixNano: unixNano)
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
