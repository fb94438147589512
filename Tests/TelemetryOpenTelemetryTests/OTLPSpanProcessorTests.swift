#if OpenTelemetrySwift
  import Dispatch
  import OTLPTesting
  import OpenTelemetryApi
  import OpenTelemetrySdk
  import TelemetryOpenTelemetry
  import TestThreads
  import Testing

  import class OTLPGRPC.OTLPGRPCExporter
  import struct TelemetryCore.ConfigurationError
  import struct TelemetrySDK.BatchConfiguration

  @Suite(.ownThreads) struct OTLPSpanProcessorTests {
    @Test func aTraceOfTheirsArrivesWhole() async throws {
      let collector = try await LoopbackCollector()
      let processor = try OTLPSpanProcessor(endpoint: collector.endpoint)
      let provider = TracerProviderBuilder()
        .with(resource: OpenTelemetrySdk.Resource(attributes: ["service.name": .string("theirs")]))
        .add(spanProcessor: processor).build()
      let tracer = provider.get(instrumentationName: "lib", instrumentationVersion: "1.2")
      let parent = tracer.spanBuilder(spanName: "parent").setSpanKind(spanKind: .server).startSpan()
      let child = tracer.spanBuilder(spanName: "child").setParent(parent).startSpan()
      child.setAttribute(key: "k", value: 5)
      child.addEvent(name: "e")
      child.status = .error(description: "d")
      child.end()
      parent.end()
      provider.forceFlush()
      #expect(collector.spans.map(\.name).sorted() == ["child", "parent"])
      let exported = try #require(collector.spans.first { $0.name == "child" })
      let outer = try #require(collector.spans.first { $0.name == "parent" })
      #expect(exported.parentSpanID == outer.spanID && exported.traceID == outer.traceID && outer.kind == .server)
      #expect(exported.attributes == ["k": 5] && exported.events.map(\.name) == ["e"] && exported.status == .error("d"))
      #expect(exported.resource.attributes["service.name"] == "theirs")
      #expect(exported.scope.name == "lib" && exported.scope.version == "1.2")
      provider.shutdown()
      #expect(processor.ledger.exported == 2 && processor.ledger.isBalanced)
    }

    @Test func everySpanOfManyThreadsIsAccountedFor() async throws {
      let collector = try await LoopbackCollector()
      var batch = BatchConfiguration()
      batch.maxQueueSize = 20_000
      let processor = try OTLPSpanProcessor(exporter: .init(endpoint: collector.endpoint), batch: batch)
      let provider = TracerProviderBuilder().add(spanProcessor: processor).build()
      nonisolated(unsafe) let tracer = provider.get(instrumentationName: "lib")
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        for _ in 0..<1000 { tracer.spanBuilder(spanName: "s").startSpan().end() }
      }
      provider.shutdown()
      #expect(collector.spanCount == 4000 && processor.ledger.exported == 4000 && processor.ledger.isBalanced)
    }

    @Test("a span that isn't sampled isn't exported (4.3.2)")
    func notSampled() async throws {
      let collector = try await LoopbackCollector()
      let processor = try OTLPSpanProcessor(endpoint: collector.endpoint)
      let provider = TracerProviderBuilder().with(sampler: Samplers.alwaysOff).add(spanProcessor: processor).build()
      provider.get(instrumentationName: "lib").spanBuilder(spanName: "s").startSpan().end()
      provider.shutdown()
      #expect(collector.spanCount == 0 && processor.ledger.ended == 0)
    }

    @Test func aDeadServerHoldsTheProgramForTheGivenTimeOnly() throws {
      let processor = try OTLPSpanProcessor(exporter: .init(endpoint: "http://127.0.0.1:1"), diagnostics: .silent)
      let provider = TracerProviderBuilder().add(spanProcessor: processor).build()
      provider.get(instrumentationName: "lib").spanBuilder(spanName: "s").startSpan().end()
      processor.forceFlush(timeout: 0.05)
      #expect(processor.ledger.ended == 1 && processor.ledger.isBalanced)
      processor.shutdown(explicitTimeout: 0.05)
      #expect(processor.ledger.droppedTotal == 1 && processor.ledger.isBalanced)
    }

    @Test func aBadConfigurationIsRefused() {
      #expect(throws: (any Error).self) { try OTLPSpanProcessor(endpoint: "nonsense://x") }
      var batch = BatchConfiguration()
      batch.maxQueueSize = 0
      #expect(throws: ConfigurationError.self) {
        try OTLPSpanProcessor(exporter: OTLPGRPCExporter.Configuration(endpoint: "http://localhost:1"), batch: batch)
      }
    }
  }
#endif
