import TelemetrySDK
import TestThreads
import Testing

/// Attributes with short texts are written in another way than the others: the edge between both, and the end of the memory.
@Suite(.ownThreads) struct ShortAttributeTests {
  private let processor = CollectingProcessor()

  private func tracer(_ limits: (inout SpanLimits) -> Void = { _ in }) throws -> TelemetryTracer {
    try TracerProvider(processor, limits: limits).tracer("test")
  }

  /// Different texts of a length.
  private static func text(_ number: Int, _ length: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "k", count: max(0, length - digits.utf8.count)) + digits.suffix(length)
  }

  @Test("keys and values of all lengths around the longest short ones, wherever the memory is full", arguments: 2...70)
  func lengths(keyLength: Int) throws {
    let tracer = try tracer()
    let span = tracer.startSpan("span")
    var expected = Attributes()
    for length in 0...70 {
      let (key, value) = (Self.text(length, keyLength), Self.text(7, length))
      span.setAttribute(key, value)
      expected[key] = .string(value)
    }
    span.addEvent("event") { event in
      for attribute in expected {
        if case .string(let text) = attribute.value { event.set(attribute.key, text) }
      }
    }
    span.end()
    let data = try #require(processor.ended.last)
    #expect(data.attributes == expected && data.attributes.count == 71)
    #expect(data.events.map(\.attributes) == [expected])
  }

  @Test("integers of all lengths, after texts that leave any number of bytes in the memory")
  func integers() throws {
    let tracer = try tracer()
    let numbers: [Int] = (0..<63).flatMap { [1 << $0, 1 << $0 - 1, -1 << $0] } + [.max, .min]
    for filler in stride(from: 0, through: 800, by: 7) {
      let span = tracer.startSpan("span")
      span.setAttribute("filler", String(repeating: "x", count: filler))
      var expected: Attributes = ["filler": .string(String(repeating: "x", count: filler))]
      for number in numbers.prefix(100) {
        span.setAttribute("\(number)", number)
        expected["\(number)"] = .int(Int64(number))
      }
      span.end()
      #expect(processor.ended.last?.attributes == expected, "\(filler)")
    }
  }

  @Test("a text of as many bytes as the limit allows characters stays, a longer one is cut")
  func limits() throws {
    let span = try tracer { $0.attributeValueLengthLimit = 10 }.startSpan("span")
    span.setAttribute("ten", "0123456789")
    span.setAttribute("eleven", "0123456789A")
    span.setAttribute("ten of two bytes", "éééééééééé")
    span.setAttribute("long", String(repeating: "x", count: 100))
    span.end()
    let expected: Attributes = [
      "ten": "0123456789", "eleven": "0123456789", "ten of two bytes": "éééééééééé", "long": "xxxxxxxxxx",
    ]
    #expect(processor.ended.last?.attributes == expected)
  }
}
