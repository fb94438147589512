import TelemetryCore
import TelemetrySDK

/// Random log records of any shape, with frequent edge cases.
struct RandomLogRecords {
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
  mutating func batch(_ count: Int) -> [LogRecord] {
    (0..<count).map { _ in
      maker.logRecord(
        resources[Int.random(in: 0..<4, using: &maker.generator)],
        scopes[Int.random(in: 0..<4, using: &maker.generator)])
    }
  }
}

extension Maker {
  mutating func logRecord(_ resource: Resource, _ scope: InstrumentationScope) -> LogRecord {
    LogRecord(
      timeUnixNano: edge(), observedTimeUnixNano: edge(), severity: .allCases.randomElement(using: &generator)!,
      severityText: chance(50) ? "" : text(), body: chance(20) ? nil : value(), attributes: attributes(),
      droppedAttributesCount: chance(10) ? .max : uint32(), flags: chance(10) ? .max : uint32(), traceID: traceID(),
      spanID: spanID(), eventName: chance(50) ? "" : text(), resource: resource, scope: scope)
  }

  /// A time: often one at an end of its range.
  private mutating func edge() -> UInt64 {
    chance(30) ? [0, 1, 1 << 63, .max].randomElement(using: &generator)! : number()
  }
}

extension LogRecord {
  /// A record in which no field has its default value.
  static let full = LogRecord(
    timeUnixNano: 1, observedTimeUnixNano: 2, severity: .warn3, severityText: "text",
    body: .map([
      "string": "text", "bool": true, "int": 7, "double": 0.5, "bytes": .bytes([8]), "array": [9],
      "map": .map(["k": 1]),
    ]), attributes: ["k": 1], droppedAttributesCount: 3, flags: 4, traceID: TraceID(high: 1, low: 2), spanID: SpanID(5),
    eventName: "event", resource: Resource(["k": 1], droppedAttributesCount: 18, schemaURL: "resource schema"),
    scope: InstrumentationScope(
      name: "scope", version: "1", attributes: ["k": 1], droppedAttributesCount: 19, schemaURL: "scope schema"))
}
