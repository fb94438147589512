extension RecordingSpan {
  /// The span as it is now, or as it ended; nil if it isn't recorded. Each call decodes the span; see ``attribute(_:)`` for
  /// one value.
  public var data: SpanData? { record?.snapshot() }

  /// An attribute's value.
  public func attribute(_ key: String) -> AttributeValue? { data?.attributes[key] }

  /// True if the span has ended or isn't recorded.
  public var hasEnded: Bool { !isRecording }

  /// The parent's id; invalid for the first span of a trace, and for a span that isn't recorded.
  public var parentSpanID: SpanID { record?.parent ?? .invalid }
}
