import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Spans with more attributes than are searched.
@Suite(.ownThreads) struct AttributeIndexTests {
  @Test("thousands of attributes in random order, of changing sizes, among events and new names", arguments: 0..<6)
  func randomSequences(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let provider = try TracerProvider(CollectingProcessor()) {
      $0.attributeCountLimit = 1500
      $0.eventCountLimit = 10_000
    }
    let span = provider.tracer("test").startSpan("start")
    var (keys, model, dropped, events) = ([String](), [String: AttributeValue](), 0, 0)
    for step in 0..<8000 {
      switch random.next(12) {
      case 0:
        span.addEvent(String(repeating: "e", count: random.next(300)), attributes: ["key.1": "of the event"])
        events += 1
      case 1: span.updateName(String(repeating: "n", count: random.next(300)))
      default:
        let key = "key.\(random.next(2000))"
        let value: AttributeValue =
          random.next(2) == 0 ? .int(Int64(step)) : .string(String(repeating: "v", count: random.next(300)))
        span.setAttribute(key, value)
        if model[key] == nil, keys.count == 1500 {
          dropped += 1
          continue
        }
        if model.updateValue(value, forKey: key) == nil { keys.append(key) }
      }
    }
    span.end()
    let data = try #require(span.data)
    #expect(data.attributes.map(\.key) == keys)
    for attribute in data.attributes { #expect(attribute.value == model[attribute.key]) }
    #expect(Int(data.droppedAttributesCount) == dropped && data.events.count == events && dropped > 0)
  }
}
