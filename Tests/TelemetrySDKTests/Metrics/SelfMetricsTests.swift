import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct SelfMetricsTests {
  @Test("instruments and items have the conventions' names and units")
  func names() {
    #expect("\(SelfMetrics.Instrument.upDownCounter)" == "upDownCounter")
    #expect(SelfMetrics.Item.log.rawValue == "log" && SelfMetrics.Item.metricDataPoint.unit == "{data_point}")
  }

  @Test("metrics of several components are merged by name")
  func sum() throws {
    let size = "otel.sdk.processor.span.queue.size"
    try onVirtualLoop { loop in
      let processors = try (0..<2).map { _ in
        try BatchProcessor(exporter: ScriptedExporter(), loop: loop, diagnostics: .silent)
      }
      for number in 0..<3 { processors[0].onEnd(Thing(number: number)) }
      processors[1].onEnd(Thing(number: 4))
      let metrics = processors[0].selfMetrics + processors[1].selfMetrics
      #expect(Set(metrics.metrics.map(\.name)).count == metrics.metrics.count)
      #expect(metrics[size]?.points.map(\.value) == [.sum(3), .sum(1)])
      #expect(metrics["no.such"] == nil)
      let lines = metrics.description.split(separator: "\n")
      #expect(lines.count == 10)
      #expect(lines[0].hasPrefix("\(size){otel.component.type=batching_span_processor,otel.component.name="))
      #expect(lines[0].hasSuffix("} 3"))
      for processor in processors { _ = await processor.shutdown(within: .seconds(1)) }
    }
  }
}
