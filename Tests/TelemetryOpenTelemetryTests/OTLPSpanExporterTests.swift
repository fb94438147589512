#if OpenTelemetrySwift
  import Foundation
  import OTLPTesting
  import OpenTelemetryApi
  import OpenTelemetrySdk
  import TelemetryOpenTelemetry
  import TestThreads
  import Testing

  import class OTLPGRPC.OTLPGRPCExporter
  import struct TelemetrySDK.BatchConfiguration

  @Suite(.ownThreads) struct OTLPSpanExporterTests {
    private func spans(_ count: Int) -> [OpenTelemetrySdk.SpanData] {
      (0..<count).map { .example("\($0)") }
    }

    @Test func anExportReturnsWhenItsSpansAreDelivered() async throws {
      let collector = try await LoopbackCollector()
      let exporter = try OTLPSpanExporter(exporter: .init(endpoint: collector.endpoint), diagnostics: .silent)
      #expect(await exporter.export(spans: spans(3), explicitTimeout: nil) == .success)
      #expect(collector.spanCount == 3)
      #expect(Self.blocking(exporter, spans(2)) == .success && collector.spanCount == 5)
      #expect(await exporter.export(spans: [], explicitTimeout: nil) == .success)
      #expect(await exporter.flush(explicitTimeout: 1) == .success && Self.blockingFlush(exporter) == .success)
      await exporter.shutdown(explicitTimeout: nil)
      #expect(exporter.ledger.exported == 5 && exporter.ledger.isBalanced)
      #expect(await exporter.export(spans: spans(1), explicitTimeout: nil) == .failure)
      #expect(exporter.ledger.dropped == [.afterShutdown: 1])
    }

    @Test func moreSpansThanTheQueueHoldsAreExportedInParts() async throws {
      let collector = try await LoopbackCollector()
      var batch = BatchConfiguration()
      batch.maxQueueSize = 10
      let exporter = try OTLPSpanExporter(exporter: .init(endpoint: collector.endpoint), batch: batch)
      #expect(await exporter.export(spans: spans(25), explicitTimeout: nil) == .success)
      #expect(Self.blocking(exporter, spans(25)) == .success && collector.spanCount == 50)
      #expect(exporter.ledger.exported == 50 && exporter.ledger.isBalanced)
      await exporter.shutdown(explicitTimeout: nil)
    }

    @Test func aRefusalAndAPassedTimeAreFailures() async throws {
      let collector = try await LoopbackCollector()
      let exporter = try OTLPSpanExporter(exporter: .init(endpoint: collector.endpoint), diagnostics: .silent)
      collector.script(.status(.invalidArgument))
      #expect(await exporter.export(spans: spans(1), explicitTimeout: nil) == .failure)
      #expect(Self.blocking(exporter, spans(1)) == .success)
      await collector.stop()
      #expect(await exporter.export(spans: spans(1), explicitTimeout: 0.05) == .failure)
      #expect(exporter.ledger.isBalanced)
      await exporter.shutdown(explicitTimeout: 0)
      #expect(exporter.ledger.queued == 0 && exporter.ledger.inFlight == 0 && exporter.ledger.isBalanced)
    }

    @Test func theirBatchProcessorCanDeliverThroughIt() async throws {
      let collector = try await LoopbackCollector()
      let exporter = try OTLPSpanExporter(endpoint: collector.endpoint)
      let provider = TracerProviderBuilder()
        .add(spanProcessor: OpenTelemetrySdk.BatchSpanProcessor(spanExporter: exporter)).build()
      let tracer = provider.get(instrumentationName: "lib")
      for number in 0..<100 { tracer.spanBuilder(spanName: "\(number)").startSpan().end() }
      Self.shutDown(provider)
      #expect(collector.spanCount == 100 && exporter.ledger.exported == 100)
    }

    // The synchronous forms, which an asynchronous function can't name.

    private static func blocking(
      _ exporter: OTLPSpanExporter, _ spans: [OpenTelemetrySdk.SpanData]
    ) -> SpanExporterResultCode {
      exporter.export(spans: spans, explicitTimeout: nil)
    }

    private static func blockingFlush(_ exporter: OTLPSpanExporter) -> SpanExporterResultCode {
      exporter.flush(explicitTimeout: 60)
    }

    private static func shutDown(_ provider: TracerProviderSdk) { provider.shutdown() }
  }
#endif
