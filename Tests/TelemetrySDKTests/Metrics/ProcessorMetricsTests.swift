import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The metrics of processors (RULES 4.13).
@Suite(.ownThreads) struct ProcessorMetricsTests {
  private static let size = "otel.sdk.processor.span.queue.size"
  private static let processed = "otel.sdk.processor.span.processed"

  private static func configuration(_ overflow: OverflowPolicy = .dropNewest) -> BatchConfiguration {
    BatchConfiguration {
      $0.maxQueueSize = 20
      $0.maxExportBatchSize = 10
      $0.overflow = overflow
      $0.maxQueueBytes = 10_000
    }
  }

  @Test("names, instruments and units follow the conventions (RULES 4.13)")
  func names() throws {
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: ScriptedExporter(), configuration: Self.configuration(), loop: loop, diagnostics: .silent)
      let metrics = processor.selfMetrics.metrics
      #expect(
        metrics.map(\.name) == [
          Self.size, "otel.sdk.processor.span.queue.capacity", Self.processed,
          "swift_otlp.processor.span.memory.usage", "swift_otlp.processor.span.memory.limit",
        ])
      #expect(
        metrics.map(\.instrument) == [.upDownCounter, .upDownCounter, .counter, .upDownCounter, .upDownCounter])
      #expect(metrics.map(\.unit) == ["{span}", "{span}", "{span}", "By", "By"])
      #expect(processor.selfMetrics.total("otel.sdk.processor.span.queue.capacity") == 20)
      #expect(processor.selfMetrics.total("swift_otlp.processor.span.memory.limit") == 10_000)
      _ = await processor.shutdown(within: .seconds(1))
    }
  }

  @Test("a component has a type, and a name numbered from 0 (RULES 4.13.1, 4.13.2)")
  func components() throws {
    try onVirtualLoop { loop in
      let exporter = ScriptedExporter()
      let batching = try (0..<2).map { _ in
        try BatchProcessor(exporter: exporter, loop: loop, diagnostics: .silent)
      }
      let simple = SimpleProcessor(exporter: exporter, loop: loop, diagnostics: .silent)
      let attributes = (batching.map(\.selfMetrics) + [simple.selfMetrics]).map { $0[Self.size]!.points[0].attributes }
      #expect(
        attributes.map { $0["otel.component.type"] } == [
          "batching_span_processor", "batching_span_processor", "simple_span_processor",
        ])
      let numbers = try attributes.map { try #require(SelfMetrics.componentNumber($0)) }
      #expect(numbers[0] < numbers[1])
      for processor in batching { _ = await processor.shutdown(within: .seconds(1)) }
      _ = await simple.shutdown(within: .seconds(1))
    }
  }

  @Test(
    "the queue's size is exact, and items count as processed when they are handed to the exporter (RULES 4.13, trap 25)"
  )
  func processed() throws {
    let gate = Promise<Bool>()
    let exporter = ScriptedExporter { _, _ in
      _ = await gate.value
      return .failure(ExportMessage(description: "no"))
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: Self.configuration(), loop: loop, diagnostics: .silent)
      for number in 0..<13 { processor.onEnd(Thing(number: number)) }
      #expect(processor.selfMetrics.total(Self.size) == 13)
      #expect(processor.selfMetrics.succeeded(Self.processed) == 0)
      await loop.sleep(.milliseconds(1))
      #expect(processor.selfMetrics.total(Self.size) == 3)
      #expect(processor.selfMetrics.succeeded(Self.processed) == 10)
      #expect(processor.selfMetrics.total("swift_otlp.processor.span.memory.usage") == 1300)
      gate.fulfil(true)
      _ = await processor.forceFlush(within: .seconds(1))
      #expect(processor.selfMetrics.succeeded(Self.processed) == 13)
      #expect(processor.selfMetrics.failed(Self.processed) == [:])
      #expect(processor.itemBytes == 0)
      _ = await processor.shutdown(within: .seconds(1))
    }
  }

  @Test(
    "items dropped before the export have an error type (RULES 4.13.3)",
    arguments: [OverflowPolicy.dropNewest, .dropOldest])
  func losses(_ overflow: OverflowPolicy) throws {
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: ScriptedExporter { _, _ in await stuck() }, configuration: Self.configuration(overflow), loop: loop,
        diagnostics: .silent)
      for number in 0..<10 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.milliseconds(1))
      for number in 10..<35 { processor.onEnd(Thing(number: number)) }
      processor.onEnd(Thing(number: 99, size: 1 << 20))
      #expect(processor.selfMetrics.failed(Self.processed) == ["queue_full": 6])
      _ = await processor.shutdown(within: .seconds(1))
      for number in 0..<3 { processor.onEnd(Thing(number: number)) }
      let metrics = processor.selfMetrics
      #expect(metrics.succeeded(Self.processed) == 10)
      #expect(metrics.failed(Self.processed) == ["queue_full": 6, "shutdown": 20, "already_shutdown": 3])
      #expect(metrics.total(Self.processed) == processor.ledger.ended)
    }
  }

  /// Compares metrics and ledger, which are read at the same moment.
  static func check<Item>(_ processor: BatchProcessor<Item>, _ place: Comment) {
    let (metrics, ledger) = (processor.selfMetrics, processor.ledger)
    #expect(metrics.total(size) == ledger.queued, place)
    #expect(metrics.total(processed) + ledger.queued == ledger.ended, place)
    let settled = ledger.exported + ledger.rejected + ledger.droppedTotal
    let lost = metrics.failed(processed).values.reduce(0, +)
    #expect(metrics.succeeded(processed) == settled - lost + ledger.inFlight, place)
    #expect(metrics.total("swift_otlp.processor.span.memory.usage") == processor.bytesHeld, place)
  }
}
