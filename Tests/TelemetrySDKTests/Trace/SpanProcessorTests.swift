import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct SpanProcessorTests {
  /// Adds an attribute to every span.
  struct RegionProcessor: SpanProcessor {
    func onStart(_ span: RecordingSpan, parent: TraceContext) { span.setAttribute("cloud.region", "eu-1") }
    func onEnd(_ span: RecordingSpan) {}
  }

  /// Passes on all spans but those of health checks.
  struct HealthCheckFilter<Next: SpanProcessor>: SpanProcessor {
    let next: Next

    func onStart(_ span: RecordingSpan, parent: TraceContext) { next.onStart(span, parent: parent) }
    func onEnd(_ span: RecordingSpan) {
      if span.attribute("http.route") != "/healthz" { next.onEnd(span) }
    }
    func forceFlush(within limit: Duration) async -> FlushReport { await next.forceFlush(within: limit) }
    func shutdown(within limit: Duration) async -> FlushReport { await next.shutdown(within: limit) }
  }

  @Test("processors add attributes and filter, in their order")
  func composition() async throws {
    let exporter = InMemorySpanExporter()
    let filter = HealthCheckFilter(next: try BatchSpanProcessor(exporter: exporter))
    let provider = try TracerProvider(RegionProcessor(), filter)
    for route in ["/users", "/healthz"] {
      let span = provider.tracer("http").startSpan("GET \(route)", kind: .server)
      span.setAttribute("http.route", route)
      span.end()
    }
    #expect(await provider.shutdown(within: .seconds(30)).ledger.exported == 1)
    #expect(exporter.items.map(\.attributes) == [["cloud.region": "eu-1", "http.route": "/users"]])
  }

  @Test("onEnding may change the span, whose end time is fixed (4.6.1)")
  func ending() throws {
    struct Finisher: SpanProcessor {
      var needsOnEnding: Bool { true }
      func onEnding(_ span: RecordingSpan) {
        span.setAttribute("duration.known", span.data?.endTimeUnixNano == 9)
        span.end(at: 10)
      }
      func onEnd(_ span: RecordingSpan) { span.setAttribute("too late", true) }
    }
    let processor = CollectingProcessor()
    let provider = try TracerProvider(Finisher(), processor)
    provider.tracer("a").startSpan("span", at: 8).end(at: 9)
    #expect(processor.ended.map(\.attributes) == [["duration.known": true]])
    #expect(processor.ended.map(\.endTimeUnixNano) == [9])
  }

  @Test func onStartSeesTheParent() throws {
    let processor = CollectingProcessor()
    let parent = TraceContext(.example(), baggage: ["k": "v"])
    try TracerProvider(processor).tracer("a").startSpan("span", parent: parent).end()
    #expect(processor.parents.map(\.spanContext) == [parent.spanContext])
    #expect(processor.parents.map(\.baggage) == [["k": "v"]])
  }
}
