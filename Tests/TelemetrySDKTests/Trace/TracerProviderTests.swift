import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct TracerProviderTests {
  private let processor = CollectingProcessor()

  @Test("the same scope has the same tracer (4.1.3)")
  func tracers() throws {
    let log = DiagnosticLog()
    let provider = try TracerProvider(processor, diagnostics: log.diagnostics)
    let tracer = provider.tracer("a", version: "1", schemaURL: "s", attributes: ["k": 1])
    #expect(tracer === provider.tracer("a", version: "1", schemaURL: "s", attributes: ["k": 1]))
    #expect(tracer !== provider.tracer("a", version: "2"))
    #expect(
      tracer.scope == InstrumentationScope(name: "a", version: "1", attributes: ["k": 1], schemaURL: "s"))
    #expect(log.all.isEmpty)
    provider.tracer("").startSpan("works").end()
    #expect(log.all.count == 1 && processor.ended.count == 1)
  }

  @Test("a child has its parent's trace, state and random flag (4.2.3, 4.4.3)")
  func children() throws {
    let tracer = try TracerProvider(processor).tracer("a")
    let root = tracer.startSpan("root")
    #expect(root.context.flags == [.sampled, .random] && !root.context.isRemote)
    let child = tracer.startSpan("child", parent: TraceContext(root))
    #expect(child.context.traceID == root.context.traceID && child.parentSpanID == root.context.spanID)
    #expect(child.context.spanID != root.context.spanID && child.context.flags == root.context.flags)
    child.end()
    root.end()
    #expect(processor.ended.map(\.flags) == [0x103, 0x103])
    var state = TraceState()
    state.set("v", for: "k")
    let remote = SpanContext(
      traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: .sampled, traceState: state, isRemote: true)
    let served = tracer.startSpan("served", parent: TraceContext(remote))
    served.end()
    #expect(served.context.traceState == state && served.context.flags == .sampled)
    #expect(processor.ended.last?.traceState == "k=v" && processor.ended.last?.flags == 0x301)
  }

  @Test("in a context with one id alone a root span starts, without a parent's id and a remote parent")
  func incompleteParents() throws {
    let tracer = try TracerProvider(processor).tracer("a")
    let remote = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: .sampled, isRemote: true)
    var (noTrace, noSpan) = (remote, remote)
    noTrace.traceID = .invalid
    noSpan.spanID = .invalid
    for parent in [noTrace, noSpan] {
      let span = tracer.startSpan("root", parent: TraceContext(parent, baggage: ["a": "b"]))
      span.end()
      #expect(span.context.isValid && span.context.traceID != parent.traceID && !span.parentSpanID.isValid)
    }
    #expect(processor.ended.map(\.flags) == [0x103, 0x103])
    #expect(processor.ended.allSatisfy { !$0.parentSpanID.isValid })
  }

  @Test("a sampler sees the context with its baggage, and all that the span starts with")
  func samplersSeeTheContext() throws {
    struct Seeing: Sampler {
      let description = "Seeing"
      func shouldSample(
        parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
        attributes: Attributes, links: [RecordingSpan.Link]
      ) -> SamplingResult {
        let sees =
          context.baggage["b"] == "c" && context.spanContext == parent && traceID == parent.traceID && name == "name"
          && kind == .client && attributes == ["a": 1] && links.map(\.context) == [parent]
        return SamplingResult(.recordAndSample, attributes: ["sees": .bool(sees)])
      }
    }
    let context = TraceContext(.example(), baggage: ["b": "c"])
    try TracerProvider(processor, sampler: Seeing()).tracer("a").startSpan(
      "name", kind: .client, parent: context, attributes: ["a": 1], links: [.init(.example())]
    ).end()
    #expect(processor.ended.first?.attributes == ["a": 1, "sees": true])
  }

  @Test("a span that isn't recorded has an id of its own, in its parent's trace (4.2.1)")
  func unrecordedIDs() throws {
    let tracer = try TracerProvider(processor, sampler: AlwaysOffSampler()).tracer("a")
    let span = tracer.startSpan("name", parent: TraceContext(.example()))
    #expect(!span.isRecording && span.context.isValid && !span.context.isSampled && !span.context.isRemote)
    let parent = SpanContext.example()
    #expect(span.context.traceID == parent.traceID && span.context.spanID != parent.spanID)
    #expect(tracer.startSpan("other", parent: TraceContext(span)).context.spanID != span.context.spanID)
  }

  @Test("a trace has one clock, so its durations aren't negative")
  func clock() throws {
    let tracer = try TracerProvider(processor).tracer("a")
    let root = tracer.startSpan("root")
    for _ in 0..<100 { tracer.startSpan("child", parent: TraceContext(root)).end() }
    root.end()
    let times = processor.ended.dropLast().flatMap { [$0.startTimeUnixNano, $0.endTimeUnixNano] }
    #expect(times == times.sorted())
    let last = try #require(processor.ended.last)
    #expect(last.startTimeUnixNano <= times[0] && times.last! <= last.endTimeUnixNano)
  }

  @Test("the sampler decides, and its attributes and trace state are used (4.3)")
  func sampling() throws {
    struct Chooser: Sampler {
      var description: String { "Chooser" }
      func shouldSample(
        parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
        attributes: Attributes, links: [RecordingSpan.Link]
      ) -> SamplingResult {
        var state = TraceState()
        state.set(name, for: "sampler")
        let decision: SamplingResult.Decision =
          name == "drop" ? .drop : name == "record" ? .recordOnly : .recordAndSample
        return SamplingResult(decision, attributes: ["sampled.by": "me"], traceState: state)
      }
    }
    let tracer = try TracerProvider(processor, sampler: Chooser()).tracer("a")
    for name in ["drop", "record", "sample"] {
      let span = tracer.startSpan(name)
      #expect(span.context.isValid && span.context.traceState["sampler"] == name)
      #expect(span.isRecording == (name != "drop") && span.context.isSampled == (name == "sample"))
      span.end()
    }
    #expect(processor.ended.map(\.name) == ["record", "sample"])
    #expect(processor.ended.allSatisfy { $0.attributes == ["sampled.by": "me"] })
  }

  @Test("the built-in processors export sampled spans only (4.3.2)")
  func sampledFlag() async throws {
    struct RecordOnly: Sampler {
      var description: String { "RecordOnly" }
      func shouldSample(
        parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
        attributes: Attributes, links: [RecordingSpan.Link]
      ) -> SamplingResult { SamplingResult(name == "sample" ? .recordAndSample : .recordOnly) }
    }
    let (batched, simple) = (InMemorySpanExporter(), InMemorySpanExporter())
    let provider = try TracerProvider(
      BatchSpanProcessor(exporter: batched), SimpleSpanProcessor(exporter: simple), sampler: RecordOnly())
    for name in ["record", "sample"] { provider.tracer("a").startSpan(name).end() }
    let report = await provider.shutdown(within: .seconds(30))
    #expect(report.isDelivered && report.ledger.exported == 2)
    #expect(batched.items.map(\.name) == ["sample"] && simple.items.map(\.name) == ["sample"])
  }

  @Test("after shutdown spans aren't recorded, and carry their parent's context on (4.1.5)")
  func shutdown() async throws {
    let provider = try TracerProvider(processor)
    let tracer = provider.tracer("a")
    let open = tracer.startSpan("open")
    #expect(tracer.isEnabled)
    #expect(await provider.forceFlush(within: .seconds(1)).isDelivered)
    #expect(await provider.shutdown(within: .seconds(1)).isDelivered)
    #expect(processor.shutdowns == 1 && !tracer.isEnabled)
    let late = tracer.startSpan("late", parent: TraceContext(open))
    #expect(!late.isRecording && late.context == open.context)
    open.end()
    #expect(processor.ended.map(\.name) == ["open"])
  }

  @Test("a user's processor begins on the caller's thread, since the program's tasks may block all others")
  func immediate() async throws {
    let provider = try TracerProvider(processor, BatchSpanProcessor(exporter: InMemorySpanExporter()))
    let answers = provider.ask(.shutdown, within: .seconds(60))
    #expect(processor.shutdowns == 1)
    #expect(await answers.report.isComplete)
  }

  @Test("a user's processor that doesn't answer holds neither the caller nor the others, and is cancelled")
  func unanswered() async throws {
    /// Answers when it is cancelled, or after a time that nothing needs.
    struct Late: SpanProcessor {
      let lease: TelemetryRuntime.Lease
      let wasCancelled = Promise<Bool>()

      func onEnd(_ span: RecordingSpan) {}

      func forceFlush(within limit: Duration) async -> FlushReport {
        wasCancelled.fulfil(!(await lease.loop.sleep(until: .after(.seconds(60)))))
        return .empty
      }

      func shutdown(within limit: Duration) async -> FlushReport { await forceFlush(within: limit) }
    }
    for isShutdown in [false, true] {
      let (late, exporter) = (Late(lease: try TelemetryRuntime.shared.acquire()), InMemorySpanExporter())
      let provider = try TracerProvider(late, BatchSpanProcessor(exporter: exporter))
      provider.tracer("a").startSpan("a").end()
      let limit = Duration.seconds(2)
      let report = await isShutdown ? provider.shutdown(within: limit) : provider.forceFlush(within: limit)
      #expect(!report.isComplete && report.ledger.exported == 1 && exporter.items.count == 1)
      #expect(await late.wasCancelled.value)
    }
  }

  @Test("a thread that waits for a user's processor isn't held by the cancellation, which runs the processor's code")
  func slowCancellation() async throws {
    struct Slow: SpanProcessor {
      let answer = Promise<FlushReport>()
      let isOver = BlockingSemaphore()

      func onEnd(_ span: RecordingSpan) {}

      func forceFlush(within limit: Duration) async -> FlushReport {
        await withTaskCancellationHandler {
          await answer.value
        } onCancel: {
          _ = isOver.wait(until: .never)
          answer.fulfil(.empty)
        }
      }

      func shutdown(within limit: Duration) async -> FlushReport { await forceFlush(within: limit) }
    }
    let lease = try TelemetryRuntime.shared.acquire()
    for request in [ProcessorRequest.flush, .shutdown] {
      let (slow, report) = (Slow(), Promise<FlushReport>())
      let provider = try TracerProvider(slow)
      try ThreadSystem.start(name: "program", stackSize: 1 << 19) {
        report.fulfil(provider.begin(request, within: .milliseconds(1))())
      }
      let answer = await report.value(until: .after(Loopback.patience), on: lease.loop)
      #expect(answer?.isComplete == false)
      slow.isOver.signal()
      #expect(await slow.answer.value(until: .after(Loopback.patience), on: lease.loop) != nil)
    }
  }

  @Test func withoutProcessorsNothingIsRecorded() throws {
    let tracer = try TracerProvider(resource: .empty, processors: []).tracer("a")
    #expect(!tracer.isEnabled && !tracer.startSpan("a").isRecording)
  }

  @Test func aSuppressedContextRecordsNothing() throws {
    let tracer = try TracerProvider(processor).tracer("a")
    TraceContext.withRecordingSuppressed { tracer.startSpan("a").end() }
    #expect(processor.started.isEmpty)
  }

  @Test("what a span loses to the limits is reported once (4.5.6)", arguments: [false, true])
  func discarded(_ needsOnEnding: Bool) throws {
    struct Ending: SpanProcessor {
      let needsOnEnding: Bool
      func onEnd(_ span: RecordingSpan) {}
    }
    let log = DiagnosticLog()
    var limits = SpanLimits()
    (limits.attributeCountLimit, limits.eventCountLimit, limits.linkCountLimit) = (1, 1, 0)
    let provider = try TracerProvider(
      resource: .empty, limits: limits, processors: [processor, Ending(needsOnEnding: needsOnEnding)],
      diagnostics: log.diagnostics)
    let tracer = provider.tracer("scope")
    tracer.startSpan("whole", attributes: ["a": 1]).end()
    #expect(log.all.isEmpty)
    for _ in 0..<3 {
      let span = tracer.startSpan("reduced", attributes: ["a": 1, "b": 2, "c": 3], links: [.init(.example())])
      span.addEvent("one")
      span.addEvent("two")
      span.end()
      span.end()
    }
    #expect(processor.ended.map(\.droppedAttributesCount) == [0, 2, 2, 2] && log.all.count == 1)
    let message = "attributes, events or links of a span were discarded; later ones are only counted"
    #expect(log.fields(message) == ["attributes": "2", "events": "1", "links": "1", "scope": "scope"])
  }

  @Test("a span that is never ended is counted and reported once")
  func abandonedSpans() throws {
    let log = DiagnosticLog()
    let provider = try TracerProvider(InMemoryStarts(), diagnostics: log.diagnostics)
    for _ in 0..<3 { _ = provider.tracer("a").startSpan("lost") }
    provider.tracer("a").startSpan("ended").end()
    #expect(provider.abandonedSpans == 3 && log.all.count == 1)
  }

  /// Holds no span.
  struct InMemoryStarts: SpanProcessor { func onEnd(_ span: RecordingSpan) {} }

  @Test("one span is used from eight threads at once, and one of two ends counts")
  func threads() async throws {
    let provider = try TracerProvider(processor) { $0.attributeCountLimit = 1000 }
    let span = provider.tracer("a").startSpan("shared")
    await withTaskGroup { group in
      for thread in 0..<8 {
        group.addTask {
          for index in 0..<100 {
            span.setAttribute("key.\(thread).\(index)", index)
            span.setAttribute("shared", thread)
            if index % 10 == 0 { span.addEvent("event") { $0.set("thread", thread) } }
            _ = span.attribute("shared")
          }
        }
      }
    }
    await withTaskGroup { group in
      for _ in 0..<8 { group.addTask { span.end() } }
    }
    #expect(processor.ended.count == 1)
    #expect(processor.ended[0].attributes.count == 801 && processor.ended[0].events.count == 80)
  }

  @Test("a provider is released with its tracers and spans")
  func release() throws {
    weak var released: CollectingProcessor?
    do {
      let processor = CollectingProcessor()
      released = processor
      let provider = try TracerProvider(InMemoryStarts(), Forwarding(processor))
      provider.tracer("a").startSpan("a").end()
      #expect(provider.tracer("a") === provider.tracer("a"))
    }
    #expect(released == nil)
  }

  /// Holds a processor, and no span.
  private struct Forwarding: SpanProcessor {
    let processor: CollectingProcessor
    init(_ processor: CollectingProcessor) { self.processor = processor }
    func onEnd(_ span: RecordingSpan) {}
  }

  @Test("limits out of range are refused")
  func validation() {
    var limits = SpanLimits()
    limits.eventCountLimit = -1
    #expect(throws: ConfigurationError.self) {
      try TracerProvider(resource: .empty, limits: limits, processors: [])
    }
  }
}
