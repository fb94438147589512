import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct AttributesTests {
  @Test("plain values are set without wrapping, and read back")
  func plainValues() {
    let status = 200
    let (route, ratio, isCached, large): (String, Double, Bool, Int64) = ("/users", 0.5, true, .max)
    var attributes = Attributes()
    attributes["status"] = status
    attributes["route"] = route
    attributes["ratio"] = ratio
    attributes["cached"] = isCached
    attributes["large"] = large
    attributes["raw"] = [UInt8]([1, 2])
    attributes["texts"] = ["a", "b"] as [String]
    attributes["numbers"] = [1, 2] as [Int]
    attributes["ratios"] = [0.5] as [Double]
    attributes["flags"] = [true, false] as [Bool]
    attributes["literal"] = 5
    attributes["list"] = ["a", 1]
    let expected: Attributes = [
      "status": 200, "route": "/users", "ratio": 0.5, "cached": true, "large": .int(.max), "raw": .bytes([1, 2]),
      "texts": ["a", "b"], "numbers": [1, 2], "ratios": [0.5], "flags": [true, false], "literal": 5,
      "list": ["a", 1],
    ]
    #expect(attributes == expected)
    #expect(attributes["status"] == Int(200) && attributes["route"] == Optional(route) && attributes["large"] == large)
    let texts: [String]? = attributes["texts"]
    let mixed: [String]? = attributes["list"]
    let wrong: Bool? = attributes["status"]
    #expect(texts == ["a", "b"] && mixed == nil && wrong == nil)
    attributes["status"] = nil
    attributes["route"] = String?.none
    #expect(attributes.count == 10 && attributes["status"] == AttributeValue?.none)
    #expect(Attributes(dictionaryLiteral: ("n", .init(status)), ("t", .init(["x"]))) == ["n": 200, "t": ["x"]])
  }

  @Test("the literal's pairs have the layout of elements, which they are taken over as")
  func layouts() {
    typealias Pair = (String, AttributeValue)
    #expect(MemoryLayout<Pair>.size == MemoryLayout<Attributes.Element>.size)
    #expect(MemoryLayout<Pair>.stride == MemoryLayout<Attributes.Element>.stride)
    #expect(MemoryLayout<Pair>.alignment == MemoryLayout<Attributes.Element>.alignment)
    #expect(MemoryLayout<Pair>.offset(of: \.0) == MemoryLayout<Attributes.Element>.offset(of: \.key))
    for value: AttributeValue in ["text", 1, 0.5, true, .bytes([1]), [1, "x"], .map(["a": 1]), .empty] {
      let pair: Pair = ("the key of a pair", value)
      #expect(unsafeBitCast(pair, to: Attributes.Element.self) == Attributes.Element("the key of a pair", value))
    }
    // It grows, shrinks and is copied as any array.
    var attributes: Attributes = ["a": .string(String(repeating: "x", count: 100)), "b": ["c", 1]]
    let copy = attributes
    for number in 0..<1000 { attributes["key \(number)"] = number }
    for number in 0..<1000 { attributes["key \(number)"] = nil }
    attributes["a"] = 1
    #expect(copy.count == 2 && copy["a"] != AttributeValue(1) && attributes.map(\.key) == ["a", "b"])
  }

  @Test("of equal keys the last value stays, at the place of the first")
  func repeats() {
    let literal: Attributes = ["a": 1, "bb": 2, "a": 3, "c": 4, "bb": 5, "a": 6]
    #expect(literal.map(\.key) == ["a", "bb", "c"] && literal.map(\.value) == [6, 5, 4])
    #expect(Attributes([("a", 1), ("bb", 2), ("a", 3), ("c", 4), ("bb", 5), ("a", 6)]) == literal)
    // Beyond those that are searched.
    let many = (0..<200).map { ("key \($0 % 70)", AttributeValue($0)) }
    let attributes = Attributes(many)
    #expect(attributes.count == 70 && attributes["key 3"] == AttributeValue(143) && attributes["key 69"] == 139)
    #expect(attributes.map(\.key) == (0..<70).map { "key \($0)" })
    // Lengths that are equal in the filter alone.
    let (short, long) = ("k", "k" + String(repeating: "x", count: 64))
    let lengths = Attributes(dictionaryLiteral: (short, 1), (long, 2))
    #expect(lengths.count == 2)
  }

  /// It was 7,000 levels that overflowed the stack of a telemetry thread.
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
        #expect((1000...100_000).contains(span.encodedSizeBound))
        var text = ""
        SpanText.append(span, to: &text)
        #expect(text.contains("first = "))
      }
      done.fulfil(true)
    }
    #expect(await done.value)
  }

  @Test("the telemetry thread can release it, whatever becomes of its span")
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

  @Test("what is nested 60 deep is kept; what is nested deeper is cut to what is exported")
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
