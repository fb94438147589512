import Tracing

/// The least back end: spans keep their attributes, which are read when they end, and nothing is recorded. Its cost is that of
/// swift-distributed-tracing's API.
struct BareTracer: Tracer {
  /// True to read the attributes of a span when it ends.
  let readsAttributes: Bool

  struct Span: Tracing.Span {
    final class State: @unchecked Sendable {
      // One thread uses the spans here.
      var attributes = SpanAttributes([:])
      let parent: ServiceContext
      init(_ parent: ServiceContext) { self.parent = parent }
    }

    enum Key: ServiceContextKey {
      typealias Value = State
    }

    let state: State
    let readsAttributes: Bool

    var context: ServiceContext {
      var context = state.parent
      context[Key.self] = state
      return context
    }
    var operationName: String {
      get { "" }
      nonmutating set {}
    }
    var attributes: SpanAttributes {
      get { state.attributes }
      nonmutating _modify { yield &state.attributes }
    }
    var isRecording: Bool { true }

    func setStatus(_ status: SpanStatus) {}
    func addEvent(_ event: SpanEvent) {}
    func recordError<Instant: TracerInstant>(
      _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {}
    func addLink(_ link: Tracing.SpanLink) {}
    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
      _ = instant()
      if readsAttributes { state.attributes.forEach { key, value in read(key, value) } }
    }
  }

  func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
  ) -> Span {
    _ = instant()
    let context = context()
    _ = context[Span.Key.self]
    return Span(state: Span.State(context), readsAttributes: readsAttributes)
  }

  func forceFlush() {}
  func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {}
  func inject<Carrier, Inject: Injector>(
    _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {}
}

/// What every back end must do to get at a value.
@inline(never)
private func read(_ key: String, _ value: SpanAttribute) {
  switch value {
  case .string(let text): use(key, text.utf8.count)
  case .int64(let number): use(key, Int(number))
  default: use(key, 0)
  }
}

/// The sum of what was read, so that reading has an effect.
nonisolated(unsafe) private var sum = 0

@inline(never)
private func use(_ key: String, _ number: Int) { sum &+= key.utf8.count &+ number }
