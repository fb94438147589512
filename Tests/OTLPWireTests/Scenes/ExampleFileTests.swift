import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

/// Files with the fields that the protocol's own example files have (3.3.12).
@Suite(.ownThreads) struct ExampleFileTests {
  private static func document(_ name: String) throws -> OTLPJSON.Document {
    try OTLPJSON.decodeDocument(TestFiles.bytes("\(TestFiles.root)/Fixtures/JSON/example-\(name).json"))
  }

  /// The items as a line, and what is read of it.
  private func again<Item: DecodableItem>(_ items: [Item], _ type: MessageType) throws -> OTLPJSON.Document {
    let message = ExportRequestEncoder().encode(Batch(items)).protobuf
    return try OTLPJSON.decodeDocument(OTLPJSON.json(of: message, as: type).array)
  }

  @Test func traces() throws {
    let document = try Self.document("traces")
    let span = try #require(document.spans.first)
    #expect(document.spans.count == 1 && document.logRecords.isEmpty && document.metrics.isEmpty)
    #expect("\(span.traceID) \(span.spanID)" == "7c3e9a5510d84f21b6a2c4d8e0f1a3b5 a1b2c3d4e5f60718")
    #expect(span.kind == .server && span.attributes["ticket.class"] == "second")
    #expect(span.scope.attributes["sales.window"] == "north" && span.scope.version == "2.1.0")
    #expect(try again(document.spans, .traceRequest) == document)
  }

  @Test(arguments: ["logs", "events"]) func logRecords(name: String) throws {
    let document = try Self.document(name)
    let record = try #require(document.logRecords.first)
    #expect(document.logRecords.count == 1 && document.spans.isEmpty && document.metrics.isEmpty)
    if name == "logs" {
      #expect(record.severity == .info2 && record.severityText == "Notice" && record.attributes.count == 6)
      #expect(record.attributes["model"] == .map(["maker": "Inkwell"]) && record.attributes["sheets"] == 12)
      #expect(record.body == "The printer has little paper" && "\(record.spanID)" == "a1b2c3d4e5f60718")
    } else {
      #expect(record.eventName == "ticket.sold" && record.severity == .info)
      #expect(record.body == .map(["zone": 0, "from": "Harbour", "to": "Old Town"]))
    }
    #expect(record.observedTimeUnixNano - record.timeUnixNano == 100_000_000)
    #expect(try again(document.logRecords, .logsRequest) == document)
  }

  @Test func metrics() throws {
    let document = try Self.document("metrics")
    #expect(document.metrics.map(\.name) == ["tickets.sold", "queue.length", "wait.time", "ticket.price"])
    #expect(document.metrics.map(\.dataPointCount) == [1, 1, 1, 1] && document.spans.isEmpty)
    guard case .exponentialHistogram(let histogram) = document.metrics[3].data else {
      Issue.record("another kind of data: \(document.metrics[3].data)")
      return
    }
    #expect(histogram.temporality == .delta && histogram.dataPoints[0].zeroCount == 1)
    #expect(histogram.dataPoints[0].positive?.bucketCounts == [0, 3] && histogram.dataPoints[0].count == 4)
    #expect(try again(document.metrics, .metricsRequest) == document)
  }
}
