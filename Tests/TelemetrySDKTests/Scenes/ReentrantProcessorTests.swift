import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Processors that use the span, its tracer and themselves while they are called.
@Suite(.ownThreads) struct ReentrantProcessorTests {
  /// Does everything with a span that a span can do.
  private struct Meddler: SpanProcessor {
    var needsOnEnding: Bool { true }

    func onStart(_ span: RecordingSpan, parent: TraceContext) { use(span, "start") }
    func onEnding(_ span: RecordingSpan) { use(span, "ending") }
    func onEnd(_ span: RecordingSpan) { use(span, "end") }

    private func use(_ span: RecordingSpan, _ place: String) {
      span.setAttribute(place, span.data?.name ?? "")
      span.addEvent(place) { event in
        // A closure for an event may use the span, too.
        span.setAttribute("\(place).event", true)
        event.set("copied", span.attribute(place) ?? .empty)
      }
      span.addLink(span.context)
      span.recordError(ConfigurationError(option: place, value: "", allowed: ""))
      span.updateName("\(span.data?.name ?? "").\(place)")
      span.setStatus(.error(place))
      if place != "start" { span.end() }
    }
  }

  @Test("in onStart and onEnding all of it has an effect, in onEnd nothing has")
  func meddling() async throws {
    let pipeline = try Pipeline(before: Meddler(), after: Meddler())
    let span = pipeline.tracer.startSpan("span")
    span.end()
    let data = try #require(await pipeline.finish(ended: 1).first)
    #expect(data.name == "span.start.start.ending.ending")
    #expect(Set(data.attributes.map(\.key)) == ["start", "ending", "start.event", "ending.event"])
    #expect(
      data.events.map(\.name) == [
        "start", "exception", "start", "exception", "ending", "exception", "ending", "exception",
      ])
    #expect(data.links.count == 4 && data.status == .error("ending"))
  }

  /// Ends each span where it starts.
  private struct Executioner: SpanProcessor {
    func onStart(_ span: RecordingSpan, parent: TraceContext) { span.end(at: 1) }
    func onEnd(_ span: RecordingSpan) {}
  }

  @Test("a span that ends in onStart has ended when its starter gets it")
  func endedAtTheStart() async throws {
    let pipeline = try Pipeline(before: Executioner())
    let span = pipeline.tracer.startSpan("span")
    #expect(span.hasEnded)
    span.setAttribute("a", 1)
    span.end()
    #expect(await pipeline.finish(ended: 1).map(\.attributes) == [[:]])
  }

  /// Starts and ends a span for each of its calls, some levels deep.
  private final class Breeder: SpanProcessor {
    let tracer = Locked<TelemetryTracer?>(nil)
    let needsOnEnding = true
    let levels: Int

    init(levels: Int) { self.levels = levels }

    func onStart(_ span: RecordingSpan, parent: TraceContext) { breed(span) }
    func onEnding(_ span: RecordingSpan) { breed(span) }
    func onEnd(_ span: RecordingSpan) { breed(span) }

    private func breed(_ span: RecordingSpan) {
      guard let tracer = tracer.withLock({ $0 }), let name = span.data?.name, name.utf8.count < levels else { return }
      tracer.startSpan(name + "x", parent: TraceContext(span)).end()
    }
  }

  @Test("a processor may start and end other spans in each call")
  func breeding() async throws {
    let breeder = Breeder(levels: 5)
    let pipeline = try Pipeline(before: breeder)
    breeder.tracer.withLock { $0 = pipeline.tracer }
    pipeline.tracer.startSpan("x").end()
    // Each span has three children, down to five levels.
    let data = await pipeline.finish(
      ended: (0..<5).reduce(0) { sum, level in sum + (0..<level).reduce(1) { all, _ in all * 3 } })
    #expect(Set(data.map(\.traceID)).count == 1)
    breeder.tracer.withLock { $0 = nil }
  }

  /// Flushes and ends the pipeline from within its calls.
  private final class Saboteur: SpanProcessor {
    let target = Locked<BatchSpanProcessor?>(nil)

    func onEnd(_ span: RecordingSpan) {
      // Blocking is legal on the program's threads, if unwise.
      _ = target.withLock { $0 }?.forceFlushBlocking(within: .seconds(60))
    }
  }

  @Test("a processor may flush another one in onEnd")
  func flushing() async throws {
    let saboteur = Saboteur()
    let pipeline = try Pipeline(after: saboteur)
    saboteur.target.withLock { $0 = pipeline.processor }
    for number in 0..<5 {
      pipeline.tracer.startSpan("span").end()
      #expect(pipeline.exporter.items.count == number + 1)
    }
    _ = await pipeline.finish(ended: 5)
    saboteur.target.withLock { $0 = nil }
  }
}
