import OTLPTesting
import SwiftOTLP
import TestThreads
import Testing

// The code of the page "Testing what you export".

private struct Order {
  let id: String
}

private func refund(_ order: Order, _ tracer: TelemetryTracer) {
  tracer.withSpan("refund", attributes: ["order.id": .string(order.id)]) { _ in }
}

@Suite(.ownThreads) struct TestingGuideTests {
  private let order = Order(id: "7")

  @Test func aRefundIsTraced() async throws {
    let exporter = InMemorySpanExporter()
    let processor = try SimpleSpanProcessor(exporter: exporter)
    let provider = try TracerProvider(resource: .empty, processors: [processor])
    refund(order, provider.tracer("test"))
    await provider.shutdown(within: .seconds(5))
    #expect(exporter.items.map(\.name) == ["refund"])
    #expect(exporter.items[0].attributes["order.id"] == "7")
  }

  @Test func aRefundReachesTheCollector() async throws {
    let collector = try await LoopbackCollector()
    var configuration = Telemetry.Configuration(serviceName: "shop")
    configuration.otlp.endpoint = collector.endpoint
    let telemetry = try Telemetry(configuration)
    refund(order, telemetry.tracer("test"))
    let report = await telemetry.shutdown(within: .seconds(30))
    #expect(report.isDelivered)
    #expect(collector.spans.map(\.name) == ["refund"])
    #expect(collector.spans[0].resource.attributes["service.name"] == "shop")
    await collector.stop()
  }

  @Test func anOutageLosesNothing() async throws {
    let collector = try await LoopbackCollector()
    collector.script(.status(.unavailable), .status(.unavailable))
    var configuration = Telemetry.Configuration(serviceName: "shop")
    configuration.otlp.endpoint = collector.endpoint
    configuration.otlp.retry.initialBackoff = .milliseconds(10)
    let telemetry = try Telemetry(configuration)
    refund(order, telemetry.tracer("test"))
    let report = await telemetry.shutdown(within: .seconds(30))
    #expect(report.isDelivered && report.traces.ledger.attempts == 3)
    await collector.stop()
  }
}
