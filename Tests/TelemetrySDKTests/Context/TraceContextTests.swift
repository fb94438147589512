import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct TraceContextTests {
  @Test func theEmptyContextHasNothing() {
    let context = TraceContext()
    #expect(context.spanContext == .invalid && context.baggage.isEmpty && !context.isRecordingSuppressed)
    #expect(!context.isDebug && TraceContext.current.spanContext == .invalid)
  }

  @Test func changesKeepTheOtherPartsAndLeaveCopiesAlone() {
    var context = TraceContext(.example(), baggage: ["user": "1"])
    let copy = context
    context.isRecordingSuppressed = true
    context.isDebug = true
    context.baggage["user"] = nil
    #expect(context.spanContext == .example() && context.baggage.isEmpty)
    #expect(context.isRecordingSuppressed && context.isDebug)
    context.spanContext = .invalid
    #expect(context.isRecordingSuppressed && context.isDebug && !context.spanContext.isValid)
    #expect(copy.baggage["user"] == "1" && !copy.isDebug && copy.spanContext.isValid)
  }

  @Test func copiesAreIdenticalAndEqualPartsAreNot() throws {
    let context = TraceContext(.example())
    let span = try TracerProvider(CollectingProcessor()).tracer("a").startSpan("a")
    #expect(context.isIdentical(to: context) && !context.isIdentical(to: TraceContext(.example())))
    #expect(TraceContext(span).isIdentical(to: TraceContext(span)) && !TraceContext(span).isIdentical(to: context))
    #expect(TraceContext().isIdentical(to: TraceContext()) && !TraceContext().isIdentical(to: context))
    #expect(TraceContext().isEmpty && !context.isEmpty && !TraceContext(span).isEmpty)
    var changed = context
    changed.baggage["a"] = "b"
    #expect(!changed.isIdentical(to: context))
    span.end()
  }

  @Test func theCurrentContextIsBoundForTheBodyAlone() throws {
    struct Failure: Error {}
    let context = TraceContext(.example())
    let number = context.makeCurrent {
      #expect(TraceContext.current.spanContext == .example())
      TraceContext().makeCurrent { #expect(!TraceContext.current.spanContext.isValid) }
      return TraceContext.current.spanContext == .example() ? 1 : 0
    }
    #expect(number == 1 && !TraceContext.current.spanContext.isValid)
    #expect(throws: Failure.self) { try context.makeCurrent { throw Failure() } }
    #expect(!TraceContext.current.spanContext.isValid)
  }

  @Test func childTasksInheritTheContextAndDetachedOnesDoNot() async {
    await TraceContext(.example()).makeCurrent {
      await Task.yield()
      async let child = TraceContext.current.spanContext
      #expect(await child == .example())
      #expect(await Task { TraceContext.current.spanContext }.value == .example())
      #expect(await Task.detached { TraceContext.current.spanContext }.value == .invalid)
    }
  }

  @Test func recordingIsSuppressedForTheBodyAlone() async {
    await TraceContext(.example(), baggage: ["a": "b"]).makeCurrent {
      await TraceContext.withRecordingSuppressed {
        await Task.yield()
        #expect(TraceContext.current.isRecordingSuppressed && TraceContext.current.baggage["a"] == "b")
        TraceContext.withRecordingSuppressed { #expect(TraceContext.current.isRecordingSuppressed) }
        #expect(TraceContext.current.spanContext == .example())
      }
      #expect(!TraceContext.current.isRecordingSuppressed)
    }
    TraceContext.withRecordingSuppressed { #expect(TraceContext.current.isRecordingSuppressed) }
  }

  @Test("the active span is reached through the context, also when the context was changed")
  func activeSpan() throws {
    let processor = CollectingProcessor()
    let tracer = try TracerProvider(processor).tracer("test")
    #expect(TraceContext().span.context == .invalid && !TraceContext().span.isRecording)
    #expect(TraceContext(.example()).span.context == .example() && !TraceContext(.example()).span.isRecording)
    tracer.withSpan("span") { span in
      #expect(TraceContext.current.span == span)
      TraceContext.current.span.setAttribute("a", 1)
      var changed = TraceContext.current
      changed.baggage["b"] = "c"
      changed.makeCurrent {
        TraceContext.current.span.setAttribute("b", 2)
        tracer.startSpan("child").end()
      }
      changed.spanContext = .example()
      changed.span.setAttribute("c", 3)
    }
    #expect(processor.ended.map(\.attributes) == [[:], ["a": 1, "b": 2]])
    #expect(processor.ended[0].parentSpanID == processor.ended[1].spanID)
  }

  @Test("a span gets the baggage of a context, and suppressed recording, whether or not the span is recorded")
  func spansInOtherContexts() throws {
    for sampler in [AlwaysOnSampler(), AlwaysOffSampler()] as [any Sampler] {
      let tracer = try TracerProvider(CollectingProcessor(), sampler: sampler).tracer("test")
      let start = TraceContext(.example(), baggage: ["a": "b"])
      let span = tracer.startSpan("span", parent: start)
      #expect(TraceContext(span, in: start).baggage == ["a": "b"])
      var other = start
      other.baggage["c"] = "d"
      let context = TraceContext(span, in: other)
      #expect(context.baggage == ["a": "b", "c": "d"] && context.span == span && !context.isRecordingSuppressed)
      other.isRecordingSuppressed = true
      #expect(TraceContext(span, in: other).isRecordingSuppressed && TraceContext(span, in: other).span == span)
      span.end()
    }
  }

  private enum TenantKey: TraceContextKey { typealias Value = String }
  private enum AttemptKey: TraceContextKey { typealias Value = Int }

  @Test("values of own keys are set, read, inherited by spans and child tasks, and removed")
  func ownKeys() async throws {
    let tracer = try TracerProvider(CollectingProcessor()).tracer("test")
    var context = TraceContext()
    #expect(context[TenantKey.self] == nil)
    context[TenantKey.self] = "a"
    context[AttemptKey.self] = 2
    let copy = context
    context[TenantKey.self] = nil
    #expect(context[TenantKey.self] == nil && context[AttemptKey.self] == 2 && copy[TenantKey.self] == "a")
    context.baggage["b"] = "c"
    #expect(context[AttemptKey.self] == 2)
    try await copy.makeCurrent {
      try await tracer.withSpan("span") { span in
        await Task.yield()
        async let inherited = TraceContext.current[TenantKey.self]
        #expect(await inherited == "a" && TraceContext.current.span == span && span.isRecording)
        let child = tracer.startSpan("child")
        #expect(child.parentSpanID == span.context.spanID)
        #expect(TraceContext(child)[AttemptKey.self] == 2)
        try Task.checkCancellation()
      }
    }
    #expect(TraceContext.current[TenantKey.self] == nil)
  }
}
