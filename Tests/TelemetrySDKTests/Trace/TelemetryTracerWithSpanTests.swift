import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct TelemetryTracerWithSpanTests {
  private let processor = CollectingProcessor()
  private struct Failure: Error {}

  private func tracer() throws -> TelemetryTracer { try TracerProvider(processor).tracer("a") }

  @Test func theBodyRunsInTheSpan() throws {
    let tracer = try tracer()
    let result = tracer.withSpan("outer", kind: .server) { outer in
      #expect(TraceContext.current.spanContext == outer.context)
      tracer.withSpan("inner") { inner in
        #expect(inner.parentSpanID == outer.context.spanID && inner.context.traceID == outer.context.traceID)
      }
      return 7
    }
    #expect(result == 7 && !TraceContext.current.spanContext.isValid)
    #expect(processor.ended.map(\.name) == ["inner", "outer"])
  }

  @Test func childTasksInheritTheSpan() async throws {
    let tracer = try tracer()
    await tracer.withSpan("outer") { outer in
      async let child = tracer.withSpan("child") { span in span.parentSpanID }
      let inherited = await child
      #expect(inherited == outer.context.spanID)
      let detached = Task.detached { tracer.startSpan("detached").parentSpanID }
      let parent = await detached.value
      #expect(!parent.isValid)
    }
    #expect(processor.ended.map(\.name) == ["child", "outer"])
  }

  @Test("a thrown error is recorded, and sets the status unless one was set")
  func errors() async throws {
    let tracer = try tracer()
    #expect(throws: Failure.self) { try tracer.withSpan("sync") { _ in throw Failure() } }
    await #expect(throws: Failure.self) {
      try await tracer.withSpan("async") { _ in
        await Task.yield()
        throw Failure()
      }
    }
    #expect(throws: Failure.self) {
      try tracer.withSpan("own") { span in
        span.setStatus(.error("own words"))
        throw Failure()
      }
    }
    #expect(throws: Failure.self) {
      try tracer.withSpan("fine") { span in
        span.setStatus(.ok)
        throw Failure()
      }
    }
    #expect(processor.ended.map(\.events.count) == [1, 1, 1, 1])
    #expect(processor.ended.map(\.status.code) == [.error, .error, .error, .ok])
    #expect(processor.ended[2].status.message == "own words")
  }

  @Test("baggage and an explicit parent reach the body")
  func explicitParent() throws {
    let tracer = try tracer()
    let parent = TraceContext(.example(isRemote: true), baggage: ["user": "1"])
    tracer.withSpan("served", parent: parent) { span in
      #expect(span.parentSpanID == parent.spanContext.spanID)
      #expect(TraceContext.current.baggage == ["user": "1"])
      #expect(TraceContext.current.spanContext == span.context)
    }
    tracer.withSpan("root", parent: TraceContext()) { #expect(!$0.parentSpanID.isValid) }
  }

  @Test("a span that isn't sampled is the current one too")
  func unsampled() throws {
    let tracer = try TracerProvider(processor, sampler: AlwaysOffSampler()).tracer("a")
    let parent = TraceContext(SpanContext.invalid, baggage: ["user": "1"])
    tracer.withSpan("dropped", parent: parent) { span in
      #expect(TraceContext.current.spanContext == span.context && span.context.isValid)
      #expect(TraceContext.current.baggage == ["user": "1"])
    }
    #expect(processor.ended.isEmpty)
  }
}
