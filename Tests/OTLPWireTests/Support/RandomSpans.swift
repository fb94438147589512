import TelemetryCore
import TelemetrySDK

/// Random spans of any shape, with frequent edge cases.
struct RandomSpans {
  private var maker: Maker
  private let resources: [Resource]
  private let scopes: [InstrumentationScope]

  init(seed: UInt64) {
    var maker = Maker(generator: SeededRandom(seed: seed))
    resources = [.empty] + (0..<3).map { _ in maker.resource() }
    scopes = [.empty] + (0..<3).map { _ in maker.scope() }
    self.maker = maker
  }

  /// A batch with a few resources and scopes.
  mutating func batch(_ count: Int) -> [SpanData] {
    (0..<count).map { _ in
      maker.span(
        resources[Int.random(in: 0..<4, using: &maker.generator)],
        scopes[Int.random(in: 0..<4, using: &maker.generator)])
    }
  }
}

/// Makes random parts of items, with frequent edge cases.
struct Maker {
  var generator: SeededRandom

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

  mutating func number() -> UInt64 {
    // Each length of a varint has the same probability.
    generator.next() >> UInt64.random(in: 0..<64, using: &generator)
  }

  mutating func uint32() -> UInt32 { chance(70) ? 0 : UInt32(truncatingIfNeeded: number()) }

  mutating func text() -> String {
    let pieces = ["a", "é", "漢字", "👩‍👩‍👧", "\0", "\"\\\n\u{1}", "service.name", " "]
    if chance(3) { return String(repeating: "x", count: [127, 128, 16383, 16384].randomElement(using: &generator)!) }
    let count = [0, 1, 2, 5, 12, 40, 200].randomElement(using: &generator)!
    return (0..<count).map { _ in pieces.randomElement(using: &generator)! }.joined()
  }

  mutating func value(_ depth: Int = 0) -> AttributeValue {
    switch Int.random(in: 0..<(depth < 3 ? 9 : 7), using: &generator) {
    case 0, 1: return .string(text())
    case 2: return .int(Int64(bitPattern: number()))
    case 3: return .double([0.1, -0.0, .infinity, .leastNonzeroMagnitude].randomElement(using: &generator)!)
    case 4: return .bool(chance(50))
    case 5: return .bytes((0..<Int(number() % 40)).map { UInt8($0) })
    case 6: return .empty
    case 7: return .array((0..<Int(number() % 5)).map { _ in value(depth + 1) })
    default: return .map(attributes(depth + 1))
    }
  }

  mutating func attributes(_ depth: Int = 0) -> Attributes {
    let count = Int.random(in: 0..<5, using: &generator)
    return Attributes(unchecked: (0..<count).map { Attributes.Element("\($0)" + text(), value(depth)) })
  }

  mutating func traceID() -> TraceID { chance(5) ? .invalid : TraceID(high: number(), low: number()) }
  mutating func spanID() -> SpanID { SpanID(chance(5) ? 0 : number()) }

  mutating func resource() -> Resource {
    Resource(attributes(), droppedAttributesCount: uint32(), schemaURL: chance(50) ? "" : text())
  }

  mutating func scope() -> InstrumentationScope {
    InstrumentationScope(
      name: text(), version: text(), attributes: attributes(), droppedAttributesCount: uint32(),
      schemaURL: chance(50) ? "" : text())
  }

  mutating func event() -> SpanData.Event {
    SpanData.Event(name: text(), timeUnixNano: number(), attributes: attributes(), droppedAttributesCount: uint32())
  }

  mutating func link() -> SpanData.Link {
    SpanData.Link(
      traceID: traceID(), spanID: spanID(), traceState: chance(50) ? "" : text(), attributes: attributes(),
      droppedAttributesCount: uint32(), flags: uint32())
  }

  mutating func span(_ resource: Resource, _ scope: InstrumentationScope) -> SpanData {
    SpanData(
      traceID: traceID(), spanID: spanID(), parentSpanID: chance(30) ? .invalid : spanID(),
      traceState: chance(70) ? "" : text(), name: text(), kind: .allCases.randomElement(using: &generator)!,
      startTimeUnixNano: chance(10) ? 0 : generator.next(), endTimeUnixNano: number(), attributes: attributes(),
      droppedAttributesCount: uint32(), events: (0..<Int(number() % 3)).map { _ in event() },
      droppedEventsCount: uint32(), links: (0..<Int(number() % 3)).map { _ in link() },
      droppedLinksCount: uint32(),
      status: SpanData.Status(.allCases.randomElement(using: &generator)!, message: chance(70) ? "" : text()),
      flags: uint32(), resource: resource, scope: scope)
  }
}
