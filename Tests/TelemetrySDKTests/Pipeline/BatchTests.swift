import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct BatchTests {
  @Test("a batch is the collection of the items that it was made of", arguments: [1, 2, 3, 100])
  func collection(count: Int) {
    var spans = StandardWorkload().spans(0..<count)
    let (resource, scope) = (Resource(["service.name": "other"]), InstrumentationScope(name: "other"))
    for index in spans.indices {
      if index % 5 > 2 { spans[index].resource = resource }
      if index % 7 > 3 { spans[index].scope = scope }
    }
    let batch = SpanBatch(spans)
    #expect(batch.count == spans.count && !batch.isEmpty && Array(batch) == spans)
    #expect(batch.first == spans.first && batch.dropFirst(2).first == spans.dropFirst(2).first)
    #expect(batch.indices.map { batch[$0].name } == spans.map(\.name))
    let index = batch.index(batch.startIndex, offsetBy: spans.count / 2)
    #expect(batch[index] == spans[spans.count / 2] && index < batch.endIndex)
    #expect(Array(batch[index...]) == Array(spans[(spans.count / 2)...]))
  }

  @Test("an empty batch has no items")
  func empty() {
    let batch: SpanBatch = []
    #expect(batch.isEmpty && batch.count == 0 && batch.first == nil && Array(batch).isEmpty)
    #expect(batch.startIndex == batch.endIndex)
  }

  @Test("a literal makes a batch")
  func literal() {
    let span = StandardWorkload().span(0)
    let batch: SpanBatch = [span, span]
    #expect(Array(batch) == [span, span])
  }

  @Test("an item with more nested values than a request holds is left out, and has no size")
  func tooManyValues() {
    let inner = AttributeValue.array([AttributeValue](repeating: 1, count: 2000))
    var span = StandardWorkload().span(0)
    span.attributes["square"] = .array([AttributeValue](repeating: inner, count: 1000))
    #expect(span.encodedSize != nil && SpanBatch([span]).count == 1)
    span.attributes["square"] = .array([AttributeValue](repeating: inner, count: 1100))
    #expect(span.encodedSize == nil)
    #expect(Array(SpanBatch([StandardWorkload().span(1), span, StandardWorkload().span(2)])).map(\.name).count == 2)
  }

  @Test("an item larger than the byte budget is dropped, without as much memory as it would take")
  func tooManyBytes() throws {
    let text = AttributeValue.string(String(repeating: "x", count: 1 << 20))
    var span = StandardWorkload().span(0)
    span.attributes["terabytes"] = .array([AttributeValue](repeating: .array([text, text, text]), count: 400_000))
    span.attributes.elements += (0..<100_000).map { Attributes.Element("key \($0)", text) }
    let large = span
    try onVirtualLoop { loop in
      let exporter = InMemorySpanExporter()
      let processor = try BatchProcessor(exporter: exporter, configuration: .init(), loop: loop, diagnostics: .silent)
      processor.onEnd(large)
      processor.onEnd(StandardWorkload().span(1))
      let report = await processor.shutdown(within: .seconds(1))
      #expect(report.ledger.exported == 1 && report.ledger.dropped == [.byteBudget: 1])
      processor.onEnd(large)
      #expect(processor.ledger.dropped == [.byteBudget: 1, .afterShutdown: 1])
    }
  }

  @Test("an index of another batch never reads beyond the batch's memory")
  func foreignIndex() async {
    await #expect(processExitsWith: .failure) {
      let other = SpanBatch(StandardWorkload().spans(0..<3))
      let batch: SpanBatch = [SpanData.example, SpanData.example, SpanData.example]
      print(batch[other.index(after: other.startIndex)])
    }
    await #expect(processExitsWith: .failure) {
      let other = SpanBatch(StandardWorkload().spans(0..<300))
      let batch: SpanBatch = SpanBatch((0..<400).map { _ in SpanData.example })
      print(batch.index(after: other.index(other.startIndex, offsetBy: 299)))
    }
  }
}
