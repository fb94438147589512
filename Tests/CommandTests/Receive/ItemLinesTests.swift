import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct ItemLinesTests {
  private let resource = Resource(["service.name": "shop"])

  @Test func aLogRecordIsALine() {
    var lines = ItemLines(isVerbose: false)
    lines.add([
      LogRecord(
        timeUnixNano: 1_700_000_000_123_456_000, severity: .warn, body: "disk\nfull", attributes: ["free": 7],
        eventName: "disk.low", resource: resource),
      LogRecord(observedTimeUnixNano: 1_700_000_000_000_000_000, severityText: "odd"),
    ])
    #expect(
      lines.take().lines == [
        "22:13:20.123456  WARN  shop  disk.low  disk full  free=7", "22:13:20.000000  odd",
      ])
    #expect(lines.take().lines.isEmpty)
  }

  @Test func aMetricIsALine() {
    var lines = ItemLines(isVerbose: false)
    let point = Metric.NumberDataPoint(.int(3), timeUnixNano: 1_700_000_000_000_000_000)
    lines.add([
      Metric(name: "a", unit: "By", data: .gauge(.init([point])), resource: resource),
      Metric(name: "b", data: .sum(.init([point, point], temporality: .delta, isMonotonic: true))),
      Metric(name: "c", data: .empty),
    ])
    #expect(
      lines.take().lines == [
        "22:13:20.000000  shop  a By  gauge, 3", "22:13:20.000000  b  sum, 2 data points",
        "00:00:00.000000  c  no data, 0 data points",
      ])
  }

  @Test func theNumberOfLinesIsBounded() {
    var lines = ItemLines(isVerbose: true, limit: 2)
    lines.add((0..<5).map { LogRecord(timeUnixNano: 1, body: .int($0)) })
    let taken = lines.take()
    #expect(taken.lines.count == 2 && taken.discarded == 3)
    #expect(taken.lines[0].hasPrefix("0\n  time 1970-01-01"))
    #expect(lines.take().discarded == 0)
  }
}
