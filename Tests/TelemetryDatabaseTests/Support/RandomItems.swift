import TelemetryCore
import TelemetrySDK

/// Random spans and log records of any shape, with frequent edge cases of what a database can't hold.
struct RandomItems {
  private var generator: SeededRandom
  private var resources: [Resource] = [.empty]
  private var scopes: [InstrumentationScope] = [.empty]

  init(seed: UInt64) {
    generator = SeededRandom(seed: seed)
    for _ in 0..<5 {
      resources.append(Resource(attributes(), droppedAttributesCount: uint32(), schemaURL: text()))
      scopes.append(
        InstrumentationScope(
          name: text(), version: text(), attributes: attributes(), droppedAttributesCount: uint32(), schemaURL: text()))
    }
  }

  mutating func spans(_ count: Int) -> [SpanData] { (0..<count).map { _ in span() } }
  mutating func logRecords(_ count: Int) -> [LogRecord] { (0..<count).map { _ in logRecord() } }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
  private mutating func number() -> UInt64 { generator.next() >> UInt64.random(in: 0..<64, using: &generator) }
  private mutating func uint32() -> UInt32 { chance(60) ? 0 : UInt32(truncatingIfNeeded: number()) }
  private mutating func pick<Element>(_ elements: [Element]) -> Element { elements.randomElement(using: &generator)! }

  private mutating func text() -> String {
    let pieces = ["a", "é", "漢字", "👩‍👩‍👧", "\"\\\n\t\u{1}\u{7F}", "{\"x\":1}", " ", chance(5) ? "\0" : "z"]
    return (0..<pick([0, 1, 3, 12, 60])).map { _ in pick(pieces) }.joined()
  }

  private mutating func double() -> Double {
    pick([
      0.1, 1, -1, 1e15, 123_456_789_012_345_680, 9.3e18, -9.223_372_036_854_775_808e18, 1e22, 1e300, -1.5e-300,
      .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0x1p53, chance(20) ? -0.0 : 0.0, chance(20) ? .infinity : 2.5,
      Double(bitPattern: number() & 0x7FEF_FFFF_FFFF_FFFF),
    ])
  }

  private mutating func value(_ depth: Int) -> AttributeValue {
    switch Int.random(in: 0..<(depth < 3 ? 40 : 30), using: &generator) {
    case 0..<12: .string(text())
    case 12..<18: .int(pick([Int64(bitPattern: number()), .max, .min, 0]))
    case 18..<24: .double(double())
    case 24..<27: .bool(chance(50))
    case 27: .bytes((0..<Int(number() % 40)).map { UInt8($0) })
    case 28, 29: .empty
    case 30..<35: .array((0..<Int(number() % 5)).map { _ in value(depth + 1) })
    default: .map(attributes(depth + 1))
    }
  }

  private mutating func attributes(_ depth: Int = 0) -> Attributes {
    Attributes((0..<Int.random(in: 0..<6, using: &generator)).map { _ in ("k" + text(), value(depth)) })
  }

  private mutating func traceID() -> TraceID { chance(5) ? .invalid : TraceID(high: number(), low: number()) }
  private mutating func spanID() -> SpanID { SpanID(chance(5) ? 0 : number()) }

  private mutating func span() -> SpanData {
    SpanData(
      traceID: traceID(), spanID: spanID(), parentSpanID: chance(30) ? .invalid : spanID(), traceState: text(),
      name: text(), kind: pick(SpanData.Kind.allCases), startTimeUnixNano: generator.next(),
      endTimeUnixNano: number(), attributes: attributes(), droppedAttributesCount: uint32(),
      events: (0..<Int(number() % 3)).map { _ in
        SpanData.Event(name: text(), timeUnixNano: number(), attributes: attributes(), droppedAttributesCount: uint32())
      },
      droppedEventsCount: uint32(),
      links: (0..<Int(number() % 3)).map { _ in
        SpanData.Link(
          traceID: traceID(), spanID: spanID(), traceState: text(), attributes: attributes(),
          droppedAttributesCount: uint32(), flags: uint32())
      },
      droppedLinksCount: uint32(), status: SpanData.Status(pick(SpanData.Status.Code.allCases), message: text()),
      flags: uint32(), resource: pick(resources), scope: pick(scopes))
  }

  private mutating func logRecord() -> LogRecord {
    LogRecord(
      timeUnixNano: chance(20) ? 0 : generator.next(), observedTimeUnixNano: number(),
      severity: LogRecord.Severity(rawValue: UInt8.random(in: 0...24, using: &generator))!, severityText: text(),
      body: chance(20) ? nil : value(0), attributes: attributes(), droppedAttributesCount: uint32(), flags: uint32(),
      traceID: traceID(), spanID: spanID(), eventName: text(), resource: pick(resources), scope: pick(scopes))
  }
}
