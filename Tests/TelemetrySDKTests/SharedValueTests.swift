import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// Values that hold the same part again and again: a few in memory, billions where each is counted or written.
@Suite(.ownThreads) struct SharedValueTests {
  private static func shared(_ levels: Int, maps: Bool) -> AttributeValue {
    var value = AttributeValue.string("core")
    for level in 0..<levels {
      value = maps && level % 2 == 0 ? .map(["a": value, "b": value]) : .array([value, value])
    }
    return value
  }

  private static func span(_ attributes: Attributes) -> SpanData {
    SpanData(
      traceID: TraceID(high: 1, low: 1), spanID: SpanID(1), name: "shared", startTimeUnixNano: 1, endTimeUnixNano: 2,
      attributes: attributes)
  }

  @Test("a span that would take a billion values is made and dropped in no time", arguments: [false, true])
  func billions(maps: Bool) throws {
    let value = Self.shared(30, maps: maps)
    let wide = AttributeValue.array([AttributeValue](repeating: Self.shared(12, maps: maps), count: 100_000))
    for attributes in [["shared": value], ["wide": wide], ["both": .array([value, wide])]] as [Attributes] {
      try onVirtualLoop { loop in
        var configuration = BatchConfiguration()
        configuration.maxQueueBytes = 64 << 30
        configuration.overflow = .dropOldest
        let exporter = InMemorySpanExporter(capacity: 1)
        let processor = try BatchProcessor(
          exporter: exporter, configuration: configuration, loop: loop, diagnostics: .silent)
        processor.onEnd(Self.span([:]))
        processor.onEnd(Self.span(attributes))
        let report = await processor.shutdown(within: .seconds(1))
        #expect(report.ledger.exported == 1 && report.ledger.dropped == [.byteBudget: 1], "\(report)")
      }
    }
  }

  @Test("what is many, but there, is counted")
  func many() {
    let numbers = AttributeValue.array([AttributeValue](repeating: 1, count: 2_500_000))
    #expect((42_000_000...45_000_000).contains(Self.span(["numbers": numbers]).encodedSizeBound))
    let rows = AttributeValue.array((0..<1000).map { row in .map(["row": .int(row), "all": [1, 2, 3]]) })
    #expect((60_000...200_000).contains(Self.span(["rows": rows]).encodedSizeBound))
    #expect(Self.span(["rows": rows]).attributes["rows"] == rows)
  }

  @Test("maps of too many values are cut, those of fewer are kept")
  func cutMaps() {
    func nested(_ levels: Int) -> AttributeValue {
      (0..<levels).reduce(1) { value, _ in .map(["a": value, "b": value]) }
    }
    let (kept, cut) = (nested(15), nested(22))
    #expect(kept.depth == 15)
    // Of what is cut no more is left than was walked, however often it is doubled again.
    #expect(cut.depth <= AttributeValue.maxDepth + 1)
    #expect(Self.span(["cut": nested(60)]).encodedSizeBound > 0)
  }
}
