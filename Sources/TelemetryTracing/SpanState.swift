#if DistributedTracing
  internal import TelemetryCore
  internal import TelemetrySDK
  internal import Tracing

  /// What the copies of a ``DistributedSpan`` share. It is also the value that the span's service context holds, so no registry of
  /// spans is needed, which would keep those that never end.
  final class SpanState: CarriedTrace, @unchecked Sendable {
    // SAFETY (Sendable): the store is behind a lock, and nothing else changes.
    let span: RecordingSpan
    let name: String
    /// The service context that the span started in, without a value of ours: a span doesn't keep its ancestors.
    let outer: ServiceContext
    private let store = Locked(AttributeStore())

    init(_ span: RecordingSpan, name: String, in parent: TraceContext, _ outer: ServiceContext) {
      self.span = span
      self.name = name
      var outer = outer
      if !outer.isEmpty { outer[Key.self] = nil }
      self.outer = outer
      super.init(TraceContext(span, in: parent))
    }

    var isRecording: Bool { store.withLock { $0.isRecording } && span.isRecording }

    var attributes: SpanAttributes {
      get { store.withLock { $0.attributes } }
      set { if span.isRecording { store.withLock { $0.set(newValue) } } }
    }

    func take() -> AttributeStore.Taken { store.withLock { $0.take() } }

    func giveBack(_ taken: AttributeStore.Taken) {
      // Attributes are released, and values converted, without the lock: they may run a user's code.
      guard let end = store.withLock({ $0.giveBack(taken) }) else { return }
      finish(end)
    }

    func admits(_ status: SpanStatus) -> Bool { store.withLock { $0.admits(status) } }

    func end(at unixNano: UInt64) {
      guard let end = store.withLock({ $0.end(at: unixNano) }) else { return }
      finish(end)
    }

    private func finish(_ end: AttributeStore.End) {
      guard span.isRecording else { return }
      end.attributes.forEach { key, value in span.set(key, value) }
      span.end(at: end.unixNano)
    }
  }
#endif
