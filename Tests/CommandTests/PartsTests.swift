import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct PartsTests {
  @Test(
    arguments: [
      ("2", 2000), ("2s", 2000), ("500ms", 500), ("0", 0), ("1.5s", 1500), ("0.25", 250), ("86400", 86_400_000),
      ("5m", 300_000), ("1h", 3_600_000), ("24h", 86_400_000), ("0.5h", 1_800_000), ("1.5m", 90_000), ("0ms", 0),
    ] as [(String, Int64)])
  func durationsAreSecondsOrHaveAUnit(_ text: String, _ milliseconds: Int64) {
    #expect(Duration(text: text) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    "", "s", "ms", "m", "h", "-1", "+1", "1d", "1M", "1 s", "25h", "1441m", "9223372036854775807h", "1e3", ".5", "1.",
    "1.2.3", "86401", "99999999999999999999",
  ])
  func otherDurationsAreRefused(_ text: String) {
    #expect(Duration(text: text) == nil)
  }

  @Test func percentilesAreWithinThreePercent() {
    var histogram = LatencyHistogram()
    for value in 1...1000 { histogram.record(.microseconds(value * 10)) }
    for (share, expected) in [(0.5, 5000.0), (0.99, 9900.0), (1, 10_000)] {
      let found = Double(histogram.percentile(share).clampedNanoseconds) / 1000
      #expect(abs(found - expected) / expected < 0.032)
    }
    #expect(LatencyHistogram().percentile(0.5) == .zero)
    var extreme = LatencyHistogram()
    extreme.record(.nanoseconds(Int64.max))
    extreme.record(.nanoseconds(-5))
    #expect(extreme.percentile(0.5) == .zero)
  }

  @Test func theReportIsTheContract() {
    var report = RunReport(endpoint: "http://h\"\n:1")
    report.ledger.ended = 10
    report.ledger.exported = 7
    report.ledger.dropped = [.queueFull: 2, .timeout: 1, .refused: 0]
    report.elapsed = .seconds(2)
    report.cpuTime = .milliseconds(1)
    #expect(
      report.json
        == #"{"endpoint":"http://h\"\n:1","ended":10,"exported":7,"rejected":0,"dropped":{"#
        + #""queueFull":2,"byteBudget":0,"timeout":1,"shutdown":0,"afterShutdown":0,"tooLarge":0,"refused":0,"#
        + #""unreachable":0,"exporterFailed":0},"#
        + #""queued":0,"inFlight":0,"possibleDuplicates":0,"exports":0,"attempts":0,"seconds":2.000,"#
        + #""spansPerSecond":3.500,"cpuMicrosPerSpan":100.000,"latencyMillis":{"p50":0.000,"p99":0.000}}"#)
    #expect(report.lossMessage("why") == "3 of 10 spans were not delivered (queueFull 2, timeout 1): why")
  }

  @Test func theWaterfallTakesSpansInAnyOrderAndOfAnyShape() {
    func span(_ id: UInt64, _ parent: UInt64, _ start: UInt64, _ name: String) -> SpanData {
      SpanData(
        traceID: TraceID(high: 1, low: 1), spanID: SpanID(id), parentSpanID: SpanID(parent), name: name,
        startTimeUnixNano: start, endTimeUnixNano: start + 1000)
    }
    let text = Waterfall().text([
      span(3, 2, 30, "grandchild"), span(1, 0, 0, "root"), span(2, 1, 10, "child"), span(9, 8, 5, "orphan\u{1B}[31m"),
      span(20, 21, 50, "loop"), span(21, 20, 60, "pool"), span(5, 5, 70, "own parent"),
    ])
    let lines = text.split(separator: "\n")
    #expect(lines.count == 8)
    #expect(lines[1].hasPrefix("  root"))
    #expect(lines[2].hasPrefix("    child"))
    #expect(lines[3].hasPrefix("      grandchild"))
    #expect(!text.contains("\u{1B}"))
    #expect(text.contains("loop"))
    #expect(text.contains("pool"))
  }

  @Test func progressSaysWhatMatters() {
    var ledger = Ledger()
    ledger.exported = 500
    ledger.queued = 20
    ledger.inFlight = 12
    #expect(
      Progress.text(ledger, total: 1000, elapsed: .seconds(2)) == "2.0 s  exported 500 of 1000  250/s  waiting 32")
    ledger.dropped = [.queueFull: 3]
    #expect(Progress.text(ledger, total: nil, elapsed: .zero) == "0.0 s  exported 500  0/s  waiting 32  dropped 3")
  }

  @Test func theRateAllowsSpansAsTimePasses() {
    var plan = LoadPlan()
    #expect(plan.allowed(after: .seconds(5)) == nil)
    plan.rate = 300
    #expect(plan.allowed(after: .zero) == 1)
    #expect(plan.allowed(after: .seconds(2)) == 601)
  }
}
