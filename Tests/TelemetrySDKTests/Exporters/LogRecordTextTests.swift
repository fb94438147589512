import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct LogRecordTextTests {
  private func text(_ record: LogRecord) -> String {
    var text = ""
    record.appendText(to: &text)
    return text
  }

  @Test func aRecordIsReadableLines() {
    let record = LogRecord(
      timeUnixNano: 1_700_000_000_123_456_789, observedTimeUnixNano: 1_700_000_001_000_000_000, severity: .warn2,
      severityText: "Careful", body: .string("disk \u{1B}[31m nearly full"),
      attributes: ["free": 7, "list": ["a", 1.5]],
      droppedAttributesCount: 2, traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), eventName: "disk.low",
      resource: Resource(["service.name": "shop"]), scope: InstrumentationScope(name: "lib", version: "1"))
    #expect(
      text(record) == """
        Careful (WARN2)  event disk.low  disk  [31m nearly full
          time 2023-11-14T22:13:20.123456789Z  scope lib 1
          trace 00000000000000010000000000000002  span 0000000000000003
          free = 7
          list = [a, 1.5]
          attributes dropped: 2
          resource service.name = shop

        """)
  }

  @Test func whatIsMissingIsLeftOut() {
    #expect(text(LogRecord(severity: .info, severityText: "info", body: .int(3))).hasPrefix("info  3\n  time 1970"))
    #expect(text(LogRecord(severity: .error, body: .string("x"))).hasPrefix("ERROR  x\n"))
    let observed = LogRecord(observedTimeUnixNano: 1_700_000_000_000_000_000)
    #expect(text(observed) == "\n  time 2023-11-14T22:13:20.000000000Z (observed)\n")
    #expect(text(LogRecord(timeUnixNano: 1, body: .map(["a": .map(["b": true])]))).hasPrefix("{a: {b: true}}\n"))
  }
}
