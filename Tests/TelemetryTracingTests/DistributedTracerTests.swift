#if DistributedTracing
  import TelemetrySDK
  import TelemetryTracing
  import TestThreads
  import Testing
  import Tracing

  @Suite(.ownThreads) struct DistributedTracerTests {
    private let bench = TracingBench()
    private let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func childrenStartInTheContextOfTheirParent() throws {
      let tracer = try bench.tracers().distributed
      let parent = tracer.startSpan("parent")
      let child = tracer.startSpan("child", context: parent.context)
      let other = tracer.startSpan("other", context: .topLevel)
      for span in [child, parent, other] { span.end() }
      #expect(bench.ended("child")?.parentSpanID == parent.spanContext.spanID)
      #expect(bench.ended("child")?.traceID == parent.spanContext.traceID)
      #expect(bench.ended("other")?.parentSpanID == .invalid)
      #expect(other.spanContext.traceID != parent.spanContext.traceID)
    }

    @Test func aSpansContextKeepsTheOtherValues() throws {
      let tracer = try bench.tracers().distributed
      var context = ServiceContext.topLevel
      context[OtherKey.self] = "kept"
      let parent = tracer.startSpan("parent", context: context)
      let child = tracer.startSpan("child", context: parent.context)
      parent.end()
      #expect(child.context[OtherKey.self] == "kept" && child.context.count == 2)
      #expect(parent.context[OtherKey.self] == "kept" && tracer.startSpan("a", context: .topLevel).context.count == 1)
    }

    @Test func theActiveSpanIsFoundByItsContext() throws {
      let tracer = try bench.tracers().distributed
      let span = tracer.startSpan("a")
      let found = try #require(tracer.activeSpan(identifiedBy: span.context))
      #expect(found.spanContext == span.spanContext)
      found.attributes["k"] = 1
      span.end()
      #expect(bench.last.attributes == ["k": 1] && tracer.activeSpan(identifiedBy: .topLevel) == nil)
      let remote = TraceContext(span.spanContext).serviceContext(in: .topLevel)
      #expect(tracer.activeSpan(identifiedBy: remote) == nil)
    }

    @Test("a span that isn't recorded carries the trace on with a new id (4.2.13)")
    func notRecorded() throws {
      let tracer = try bench.tracers(AlwaysOffSampler()).distributed
      let parent = TraceContext(
        SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: .sampled, isRemote: true),
        baggage: ["user": "u"])
      let span = tracer.startSpan("a", context: parent.serviceContext(in: .topLevel))
      let inner = TraceContext(span.context)
      #expect(inner.spanContext.traceID == TraceID(high: 1, low: 2) && inner.spanContext.spanID != SpanID(3))
      #expect(!inner.spanContext.isSampled && inner.baggage["user"] == "u")
    }

    @Test func contextsTravelInHeaders() throws {
      let tracer = try bench.tracers().distributed
      var context = ServiceContext.topLevel
      context[OtherKey.self] = "kept"
      let headers = ["traceparent": traceparent, "tracestate": "k=v", "baggage": "user=u,tier=1"]
      tracer.extract(headers, into: &context, using: HeaderCarrier())
      let remote = TraceContext(context)
      #expect(remote.spanContext.isRemote && remote.spanContext.spanID == SpanID(hex: "b7ad6b7169203331"))
      #expect(remote.baggage["user"] == "u" && context[OtherKey.self] == "kept")

      let span = tracer.startSpan("served", context: context)
      var out: [String: String] = ["other": "1"]
      tracer.inject(span.context, into: &out, using: HeaderCarrier())
      span.end()
      #expect(bench.last.parentSpanID == SpanID(hex: "b7ad6b7169203331") && bench.last.flags == 0x301)
      #expect(out["traceparent"] == "00-0af7651916cd43dd8448eb211c80319c-\(span.spanContext.spanID)-01")
      #expect(out["tracestate"] == "k=v" && out["baggage"] == "user=u,tier=1" && out["other"] == "1")
    }

    @Test("headers that aren't valid leave the context unchanged (4.11.2)")
    func refusedHeaders() throws {
      let tracer = try bench.tracers().distributed
      var context = TraceContext(tracer.startSpan("outer").spanContext, baggage: ["a": "b"]).serviceContext(
        in: .topLevel)
      let before = TraceContext(context)
      // A library that joins repeated headers gives one text for two.
      let refused = [nil, "", "00-0-0-0", traceparent + ", " + traceparent, traceparent + ";" + traceparent]
      for header in refused {
        tracer.extract(
          ["traceparent": header ?? ""].filter { !$0.value.isEmpty }, into: &context, using: HeaderCarrier())
        #expect(TraceContext(context).spanContext == before.spanContext && TraceContext(context).baggage["a"] == "b")
      }
      var empty = ServiceContext.topLevel
      tracer.extract([:], into: &empty, using: HeaderCarrier())
      #expect(empty.isEmpty)
      var out: [String: String] = [:]
      tracer.inject(empty, into: &out, using: HeaderCarrier())
      #expect(out.isEmpty)
    }

    @Test func anyPropagatorWorks() throws {
      let tracer = try bench.tracers(propagator: B3Propagator()).distributed
      var context = ServiceContext.topLevel
      tracer.extract(
        ["b3": "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"], into: &context, using: HeaderCarrier())
      var out: [String: String] = [:]
      tracer.inject(context, into: &out, using: HeaderCarrier())
      #expect(out["b3"] == "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1")
    }

    @Test func baggageIsChangedThroughAContext() throws {
      let tracer = try bench.tracers().distributed
      let span = tracer.startSpan("a")
      var trace = TraceContext(span.context)
      trace.baggage["user"] = "u"
      let child = tracer.startSpan("b", context: trace.serviceContext(in: span.context))
      var out: [String: String] = [:]
      tracer.inject(child.context, into: &out, using: HeaderCarrier())
      #expect(out["baggage"] == "user=u")
      child.end()
      span.end()
      #expect(bench.ended("b")?.parentSpanID == span.spanContext.spanID)
    }

    @Test func aFlushDeliversWhatEnded() throws {
      let exporter = InMemorySpanExporter()
      var batch = BatchConfiguration()
      batch.scheduleDelay = .seconds(86_400)
      let processor = try BatchSpanProcessor(exporter: exporter, configuration: batch, diagnostics: .silent)
      let provider = try TracerProvider(resource: Resource(), processors: [processor], diagnostics: .silent)
      let tracer = DistributedTracer(provider.tracer("a"))
      tracer.startSpan("a").end()
      #expect(exporter.items.isEmpty)
      tracer.forceFlush()
      #expect(exporter.items.map(\.name) == ["a"])
      _ = provider.shutdownBlocking(within: .seconds(60))
    }

    @Test("no span is recorded where recording is suppressed (4.8.9)")
    func suppressed() throws {
      let tracer = try bench.tracers().distributed
      TraceContext.withRecordingSuppressed {
        #expect(!tracer.startSpan("a").isRecording)
        tracer.withSpan("b") { outer in
          #expect(!outer.isRecording && !tracer.startSpan("c").isRecording)
          #expect(!tracer.startSpan("d", context: .topLevel).isRecording)
        }
      }
      #expect(bench.ended.isEmpty)
    }
  }
#endif
