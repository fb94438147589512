import TelemetryCore
import TelemetrySDK

extension SpanCase {
  /// A provider with random settings and some spans.
  static func random(_ random: inout SeededRandom, spans: Int) -> SpanCase {
    var limits = SpanLimits()
    if random.oneIn(2) {
      limits.attributeCountLimit = random.below(12)
      limits.eventCountLimit = random.below(5)
      limits.linkCountLimit = random.below(4)
      limits.attributePerEventCountLimit = random.below(4)
      limits.attributePerLinkCountLimit = random.below(4)
    }
    if random.oneIn(2) { limits.attributeValueLengthLimit = random.element([0, 1, 3, 10, 40]) }
    let resource = Resource(
      random.attributes(0...4), schemaURL: random.oneIn(2) ? "https://example.com/\(random.below(3))" : "")
    let scope = InstrumentationScope(
      name: random.text("ab.", length: 1...8), version: random.oneIn(2) ? "1.\(random.below(9))" : "",
      attributes: random.attributes(0...3), schemaURL: random.oneIn(3) ? "https://example.com/scope" : "")
    let plans = (0..<spans).map { _ in SpanPlan.random(&random) }
    return SpanCase(limits: limits, isRandom: random.oneIn(2), resource: resource, scope: scope, spans: plans)
  }
}

extension SpanPlan {
  static func random(_ random: inout SeededRandom) -> SpanPlan {
    let parent = random.oneIn(3) ? SpanContext.invalid : random.spanContext(flags: 1 + 2 * UInt8(random.below(2)))
    let start = random.time()
    var steps = (0..<random.below(18)).map { _ in Step.random(&random) }
    steps.append(.end(at: start &+ random.next() % 1_000_000))
    // Nothing after the end counts.
    steps += (0..<random.below(4)).map { _ in Step.random(&random) }
    if random.oneIn(4) { steps.append(.end(at: 1)) }
    return SpanPlan(
      traceID: parent.isValid ? parent.traceID : TraceID(high: random.word(), low: random.word()),
      spanID: SpanID(random.next() | 1), parent: parent, name: random.anyText(),
      kind: random.element([.internal, .server, .client, .producer, .consumer]),
      attributes: random.attributes(0...4), links: (0..<random.below(3)).map { _ in random.link() }, start: start,
      steps: steps)
  }
}

extension SpanPlan.Step {
  fileprivate static func random(_ random: inout SeededRandom) -> SpanPlan.Step {
    switch random.below(10) {
    case 0...3: return .attribute(random.key(), random.value())
    case 4: return .attributes(random.attributes(0...4))
    case 5: return .event(random.anyText(), random.attributes(0...5), at: random.time())
    case 6:
      var attributes: Attributes = [
        "exception.type": "E", "exception.message": .string(random.anyText()), "exception.stacktrace": "s",
      ]
      if random.oneIn(2) { attributes["own"] = random.value() }
      return .error(attributes, at: random.time())
    case 7: return .link(random.link())
    case 8:
      // Python refuses a message with another code; ours ignores it, which RecordingSpanTests show.
      let code = random.element([SpanData.Status.Code.unset, .error, .error, .ok])
      return .status(.init(code, message: code == .error ? random.anyText() : ""))
    default: return .name(random.anyText())
    }
  }
}

extension SeededRandom {
  fileprivate mutating func time() -> UInt64 { 1_700_000_000_000_000_000 &+ next() % (1 << 60) }

  fileprivate mutating func key() -> String { "key\(below(14))" }

  fileprivate mutating func link() -> RecordingSpan.Link {
    RecordingSpan.Link(oneIn(8) ? .invalid : spanContext(), attributes: attributes(0...5))
  }

  /// Text of any length class and script.
  fileprivate mutating func anyText() -> String {
    String(
      repeating: element(["a", "é", "漢", "😀", "\n", "e\u{301}", "\u{0}"]), count: element([0, 1, 2, 7, 40, 130, 600]))
      + text("xyz €", length: 0...6)
  }

  fileprivate mutating func attributes(_ count: ClosedRange<Int>) -> Attributes {
    var attributes = Attributes()
    for _ in 0..<(count.lowerBound + below(count.count)) { attributes[key()] = value() as AttributeValue? }
    return attributes
  }

  fileprivate mutating func value(depth: Int = 0) -> AttributeValue {
    switch below(depth < 3 ? 10 : 7) {
    case 0, 1: .string(anyText())
    case 2: .int(Int64(bitPattern: next() >> UInt64(below(64))))
    case 3:
      .double(oneIn(3) ? element([.nan, .infinity, -.infinity, -0.0, 0, .leastNonzeroMagnitude]) : fraction() * 1e9)
    case 4: .bool(oneIn(2))
    case 5: .bytes((0..<below(20)).map { _ in UInt8(truncatingIfNeeded: next()) })
    case 6: .empty
    case 7, 8: .array((0..<below(4)).map { _ in value(depth: depth + 1) })
    default: .map(Attributes((0..<below(4)).map { ("k\($0)", value(depth: depth + 1)) }))
    }
  }
}
