#if DistributedTracing
  internal import TelemetryCore
  internal import TelemetrySDK
  internal import Tracing

  /// The state that the copies of a ``DistributedSpan`` share. The span's service context holds it too, so no registry of
  /// spans is needed, which would keep those that never end.
  final class SpanState: CarriedTrace, @unchecked Sendable {
    // SAFETY (Sendable): the store is accessed under the span's lock, and nothing else changes.
    let span: RecordingSpan
    let name: String
    /// False for a span whose settings never have an effect; then the store isn't used.
    let isRecorded: Bool
    /// The service context that the span started in, without a value of ours: a span doesn't keep its ancestors.
    let outer: ServiceContext
    // The lock also makes the check for exclusive access needless.
    @exclusivity(unchecked)
    private var store = AttributeStore()

    init(
      _ span: RecordingSpan, name: String, in parent: TraceContext, ambient: TraceContext,
      _ outer: consuming ServiceContext
    ) {
      self.span = span
      self.name = name
      isRecorded = span.isRecording
      if !outer.isEmpty { outer[Key.self] = nil }
      self.outer = outer
      super.init(TraceContext(span, in: parent), ambient: ambient)
    }

    // Attributes are released, and values are converted, without the lock: they may run a user's code.

    var isRecording: Bool {
      guard isRecorded else { return false }
      span.lock()
      defer { span.unlock() }
      return unsafe store.isRecording
    }

    var attributes: SpanAttributes {
      get {
        guard isRecorded else { return AttributeStore.none }
        span.lock()
        defer { span.unlock() }
        return unsafe store.attributes
      }
      set {
        guard isRecorded else { return }
        var old = newValue
        span.lock()
        unsafe store.exchange(&old)
        span.unlock()
      }
    }

    @inline(never)
    func take() -> (attributes: SpanAttributes, isAll: Bool) {
      // A span without a record has no lock.
      guard isRecorded else { return (AttributeStore.none, false) }
      span.lock()
      defer { span.unlock() }
      return unsafe store.take()
    }

    @inline(never)
    func giveBack(_ attributes: SpanAttributes, isAll: Bool) {
      guard isRecorded else { return }
      var (attributes, isAll) = (attributes, isAll)
      while true {
        span.lock()
        let next = unsafe store.giveBack(attributes, isAll: isAll)
        span.unlock()
        switch next {
        case .done: return
        case .end(let end): return finish(end)
        case .merge(let earlier, let later, let all):
          (attributes, isAll) = (earlier, all)
          attributes.merge(later)
        }
      }
    }

    func admits(_ status: SpanStatus) -> Bool {
      span.lock()
      defer { span.unlock() }
      return unsafe store.admits(status)
    }

    func end(at unixNano: UInt64) {
      span.lock()
      let end = unsafe store.end(at: unixNano)
      span.unlock()
      if let end { finish(end) }
    }

    private func finish(_ end: AttributeStore.End) {
      // A local copy spares each attribute the reference counts of the span's parts.
      let span = span
      end.attributes.forEach { key, value in span.set(key, value) }
      span.end(at: end.unixNano)
    }
  }
#endif
