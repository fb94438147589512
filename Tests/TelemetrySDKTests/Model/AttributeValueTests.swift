import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct AttributeValueTests {
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

  @Test("a span with a billion values from shared parts is made and dropped quickly", arguments: [false, true])
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

  @Test("values that aren't shared are counted, however many they are")
  func many() {
    let numbers = AttributeValue.array([AttributeValue](repeating: 1, count: 2_500_000))
    #expect((10_000_000...10_000_100).contains(Self.span(["numbers": numbers]).encodedSize ?? 0))
    let rows = AttributeValue.array((0..<1000).map { row in .map(["row": .int(row), "all": [1, 2, 3]]) })
    #expect((30_000...100_000).contains(Self.span(["rows": rows]).encodedSize ?? 0))
    #expect(Self.span(["rows": rows]).attributes["rows"] == rows)
  }

  @Test("maps with too many values are cut, smaller maps are kept")
  func cutMaps() {
    func nested(_ levels: Int) -> AttributeValue {
      (0..<levels).reduce(1) { value, _ in .map(["a": value, "b": value]) }
    }
    let (kept, cut) = (nested(15), nested(22))
    #expect(kept.depth == 15)
    // A cut value has at most as many values as were visited, so further doubling stays bounded.
    #expect(cut.depth <= AttributeValue.maxDepth + 1)
    #expect(Self.span(["cut": nested(60)]).encodedSize ?? 1 > 0)
  }

  /// 7,000 levels once overflowed the stack of a telemetry thread.
  private static func deep(_ levels: Int, maps: Bool) -> AttributeValue {
    var value = AttributeValue.string("core")
    for level in 0..<levels { value = maps && level % 2 == 0 ? .map(["key": value]) : .array([value, 1]) }
    return value
  }

  @Test("a value nested 100,000 deep can be made, compared, hashed, printed, exported and released on a small stack")
  func deepValues() async throws {
    let done = Promise<Bool>()
    try ThreadSystem.start(name: "small", stackSize: 128 << 10) {
      for (levels, maps) in [(100_000, false), (10_000, true)] {
        let inner = Self.deep(levels, maps: maps)
        let (value, other) = (AttributeValue.array([inner, 2]), AttributeValue.array([inner, 2]))
        #expect(value == other && value.hashValue == other.hashValue)
        #expect(value.description.utf8.count < 4000 && "\(value)" == "\(other)" && String(reflecting: value) != "")
        var attributes: Attributes = ["first": value]
        attributes["second"] = other
        attributes.elements[0].value = value
        #expect(attributes == ["first": other, "second": value] && !attributes.description.isEmpty)
        let span = SpanData(
          traceID: TraceID(high: 1, low: 1), spanID: SpanID(1), name: "deep", startTimeUnixNano: 1,
          endTimeUnixNano: 2, attributes: attributes,
          events: [.init(name: "event", timeUnixNano: 1, attributes: attributes)],
          resource: Resource(["deep": value]))
        #expect((1000...100_000).contains(span.encodedSize ?? 0))
        var text = ""
        span.appendText(to: &text)
        #expect(text.contains("first = "))
      }
      done.fulfil(true)
    }
    #expect(await done.value)
  }

  @Test("the telemetry thread can release a deeply nested value on a small stack")
  func deepSpans() async throws {
    var configuration = TelemetryRuntime.Configuration()
    configuration.threadStackSize = 128 << 10
    let exporter = InMemorySpanExporter(capacity: 1)
    let processor = try BatchProcessor(
      exporter: exporter, configuration: .init { $0.maxExportBatchSize = 2 }, runtime: TelemetryRuntime(configuration))
    for number in 0..<4 {
      processor.onEnd(
        SpanData(
          traceID: TraceID(high: 1, low: 1), spanID: SpanID(UInt64(number + 1)), name: "deep", startTimeUnixNano: 1,
          endTimeUnixNano: 2, attributes: ["deep": Self.deep(10_000, maps: number % 2 == 0)]))
    }
    let report = await processor.shutdown(within: .seconds(60))
    #expect(report.ledger.exported == 4)
  }

  @Test("values nested 60 deep are kept, and deeper values are cut to the exported depth")
  func nestingLimit() {
    func nested(_ levels: Int, _ core: AttributeValue) -> AttributeValue {
      (0..<levels).reduce(core) { value, _ in .array([value]) }
    }
    func attributes(_ value: AttributeValue) -> Attributes { ["a": value] }
    #expect(attributes(nested(60, 1)) != attributes(nested(60, 2)))
    #expect(nested(62, 1) == nested(31, .empty) && nested(62, 1) == nested(62, 2))
    #expect(attributes(nested(61, 1)) == attributes(nested(30, .empty)))
    #expect(attributes(.map(["b": nested(59, 1)]))["a"] == .map(["b": nested(59, 1)]))
    #expect(attributes(.map(["b": nested(60, 1)]))["a"] == .map(["b": nested(29, .empty)]))
  }
}
