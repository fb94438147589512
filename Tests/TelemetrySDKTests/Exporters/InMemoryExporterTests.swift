import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct InMemoryExporterTests {
  @Test func keepsTheLatestItems() async {
    let exporter = InMemorySpanExporter(capacity: 2)
    for _ in 0..<3 { _ = await exporter.export([.example], deadline: .never) }
    #expect(exporter.items == [.example, SpanData.example])
    exporter.reset()
    #expect(exporter.items.isEmpty)
    await exporter.shutdown(deadline: .never)
    let outcome = await exporter.export([.example], deadline: .never).resolved(count: 1)  // RULES 4.8.4
    #expect(outcome.dropped == [.exporterFailed: 1] && exporter.items.isEmpty)
  }
}
