import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct LogRecordTests {
  @Test("six levels of four steps, by name, in rising order (4.14.7)")
  func severities() {
    let all = LogRecord.Severity.allCases
    #expect(all.map { Int($0.rawValue) } == Array(0...24) && all == all.sorted())
    let levels: [(LogRecord.Severity, String)] = [
      (.trace, "TRACE"), (.debug, "DEBUG"), (.info, "INFO"), (.warn, "WARN"), (.error, "ERROR"), (.fatal, "FATAL"),
    ]
    for (index, (first, name)) in levels.enumerated() {
      #expect(Int(first.rawValue) == 4 * index + 1 && first.shortName == name)
      let names = all[4 * index + 1...4 * index + 4].map(\.shortName)
      #expect(names == [name, name + "2", name + "3", name + "4"])
      #expect(LogRecord.Severity.unspecified < first)
    }
    #expect(LogRecord.Severity.unspecified.shortName == "" && LogRecord.Severity.error4 < .fatal)
  }

  @Test func defaultsAreEmpty() {
    let record = LogRecord()
    #expect(record.timeUnixNano == 0 && record.observedTimeUnixNano == 0 && record.severity == .unspecified)
    #expect(record.body == nil && record.attributes.isEmpty && record.severityText == "" && record.eventName == "")
    #expect(record.traceID == .invalid && record.spanID == .invalid && record.flags == 0)
    #expect(record.droppedAttributesCount == 0 && record.resource == .empty && record.scope == .empty)
    #expect(LogRecord.signal == .logs)
  }

  @Test("records are read from a batch as they were written")
  func batches() throws {
    var random = SeededRandom(seed: 7)
    let resources = [Resource.empty, Resource(["service.name": "a"])]
    let scopes = [InstrumentationScope.empty, InstrumentationScope(name: "b", version: "1")]
    let records = (0..<2000).map { _ in
      LogRecord.random(&random, resources.randomElement(using: &random)!, scopes.randomElement(using: &random)!)
    }
    let batch = LogRecordBatch(records)
    #expect(batch.count == records.count)
    for (read, written) in zip(batch, records) where read != written {
      Issue.record("\(read) was \(written)")
    }
    #expect(records.contains { $0.body == .empty } && records.contains { $0.body == nil })
  }

  @Test("a body that is empty isn't absent, and each kind of body keeps its kind (4.5.9)")
  func bodies() {
    let bodies: [AttributeValue?] = [
      nil, .empty, "", false, 0, .double(0), .bytes([]), .array([]), .map([:]), "text", .map(["a": ["b", .empty]]),
    ]
    let batch = LogRecordBatch(bodies.map { LogRecord(body: $0) })
    #expect(batch.map(\.body) == bodies)
  }
}

extension LogRecord {
  /// A record of any shape. No value is NaN, which would differ from itself.
  static func random(
    _ random: inout SeededRandom, _ resource: Resource, _ scope: InstrumentationScope
  ) -> LogRecord {
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    func number() -> UInt64 { random.next() >> UInt64.random(in: 0..<64, using: &random) }
    func text() -> String {
      ["", "a", "größe 漢字 👩‍👩‍👧", "\0\n\"", String(repeating: "x", count: 300)].randomElement(using: &random)!
    }
    func value(_ depth: Int) -> AttributeValue {
      switch Int.random(in: 0..<(depth < 3 ? 9 : 7), using: &random) {
      case 0, 1: .string(text())
      case 2: .int(Int64(bitPattern: number()))
      case 3: .double([0.1, -0.0, .infinity, .leastNonzeroMagnitude].randomElement(using: &random)!)
      case 4: .bool(chance(50))
      case 5: .bytes((0..<UInt8(number() & 15)).map { $0 })
      case 6: .empty
      case 7: .array((0..<Int(number() & 3)).map { _ in value(depth + 1) })
      default: .map(attributes(depth + 1))
      }
    }
    func attributes(_ depth: Int) -> Attributes {
      Attributes((0..<Int.random(in: 0..<6, using: &random)).map { ("\($0)" + text(), value(depth)) })
    }
    return LogRecord(
      timeUnixNano: chance(30) ? 0 : random.next(), observedTimeUnixNano: chance(10) ? 0 : number(),
      severity: Severity.allCases.randomElement(using: &random)!, severityText: chance(60) ? "" : text(),
      body: chance(20) ? nil : value(0), attributes: attributes(0),
      droppedAttributesCount: chance(70) ? 0 : UInt32(truncatingIfNeeded: number()),
      flags: UInt32(truncatingIfNeeded: chance(50) ? number() : 1),
      traceID: chance(40) ? .invalid : TraceID(high: number(), low: random.next()),
      spanID: chance(40) ? .invalid : SpanID(number()), eventName: chance(60) ? "" : text(), resource: resource,
      scope: scope)
  }
}
