import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Random sequences of settings, beside a plain model of a span.
@Suite(.ownThreads) struct RecordingSpanModelTests {
  private struct Model {
    var name: String
    var attributes = Attributes()
    var events: [(name: String, attributes: Attributes)] = []
    var links = 0
    var status = SpanData.Status.unset
    var dropped = (attributes: 0, events: 0, links: 0)
  }

  private static let attributeLimit = 12
  private static let eventLimit = 6
  private static let linkLimit = 3

  @Test("20,000 random sequences are recorded as the model has them")
  func randomSequences() throws {
    let processor = CollectingProcessor()
    let provider = try TracerProvider(processor) {
      $0.attributeCountLimit = Self.attributeLimit
      $0.eventCountLimit = Self.eventLimit
      $0.linkCountLimit = Self.linkLimit
    }
    let tracer = provider.tracer("model")
    for seed in 0..<20_000 {
      var random = SeededRandom(seed: UInt64(seed))
      let span = tracer.startSpan("start")
      var model = Model(name: "start")
      for _ in 0..<random.next(40) { Self.step(span, &model, &random) }
      span.end()
      let data = try #require(span.data)
      #expect(Self.matches(data, model), "seed \(seed)")
    }
    #expect(processor.ended.count == 20_000)
  }

  private static func step(_ span: RecordingSpan, _ model: inout Model, _ random: inout SeededRandom) {
    switch random.next(8) {
    case 0...4:
      let (key, value) = ("key\(random.next(18))", value(&random))
      span.setAttribute(key, value)
      if model.attributes[key] as AttributeValue? != nil || model.attributes.count < attributeLimit {
        model.attributes[key] = value as AttributeValue?
      } else {
        model.dropped.attributes += 1
      }
    case 5:
      let attributes: Attributes = ["a": value(&random), "b": value(&random)]
      let name = text(&random)
      if random.next(2) == 0 {
        span.addEvent(name, attributes: attributes)
      } else {
        span.addEvent(name) { event in
          for attribute in attributes { event.set(attribute.key, attribute.value) }
        }
      }
      if model.events.count < eventLimit { model.events.append((name, attributes)) } else { model.dropped.events += 1 }
    case 6:
      span.addLink(SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3)))
      if model.links < linkLimit { model.links += 1 } else { model.dropped.links += 1 }
    default:
      let name = text(&random)
      span.updateName(name)
      model.name = name
    }
  }

  private static func text(_ random: inout SeededRandom) -> String {
    String(repeating: ["a", "é", "漢"][random.next(3)], count: [0, 1, 3, 8, 16, 40, 120, 130, 700][random.next(9)])
  }

  private static func value(_ random: inout SeededRandom) -> AttributeValue {
    switch random.next(7) {
    case 0: .int(Int64(bitPattern: random.next() >> random.next() % 64))
    case 1: .double(Double(random.next(100)))
    case 2: .bool(random.next(2) == 0)
    case 3: .bytes([UInt8](repeating: 7, count: random.next(200)))
    case 4: .array([.string(text(&random)), .map(["k": .int(1)])])
    default: .string(text(&random))
    }
  }

  private static func matches(_ data: SpanData, _ model: Model) -> Bool {
    data.name == model.name && data.attributes == model.attributes && data.status == model.status
      && data.events.map(\.name) == model.events.map(\.name)
      && data.events.map(\.attributes) == model.events.map(\.attributes) && data.links.count == model.links
      && Int(data.droppedAttributesCount) == model.dropped.attributes
      && Int(data.droppedEventsCount) == model.dropped.events && Int(data.droppedLinksCount) == model.dropped.links
  }
}
