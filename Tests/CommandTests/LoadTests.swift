import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct LoadTests {
  @Test func spansHaveTheShapeThatIsAskedFor() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run([
      "load", "--endpoint", collector.endpoint, "--spans", "100", "--service", "cart", "--child-spans", "3",
      "--attribute", "ok=true", "--attribute", "n=-3", "--attribute", "r=0.5", "--attribute", "zip=01234",
      "--attribute", "quoted=\"7\"", "--attribute", "text=a=b", "--resource-attribute", "region=eu", "--error-rate",
      "10%", "--workers", "2",
    ])
    #expect(run.code == 0, "\(run.errors)")
    let spans = collector.spans
    #expect(spans.count == 100)
    let traces = Dictionary(grouping: spans, by: \.traceID)
    #expect(traces.count == 25)
    for trace in traces.values {
      let roots = trace.filter { !$0.parentSpanID.isValid }
      #expect(trace.count == 4 && roots.count == 1)
      for child in trace where child.parentSpanID.isValid {
        #expect(child.parentSpanID == roots[0].spanID)
        #expect(child.startTimeUnixNano >= roots[0].startTimeUnixNano)
        #expect(child.endTimeUnixNano <= roots[0].endTimeUnixNano)
      }
    }
    #expect(Set(spans.map(\.spanID)).count == 100)
    #expect(spans.count { $0.status.code == .error } == 10)
    let first = try #require(spans.first)
    #expect(first.resource.attributes["service.name"] == "cart")
    #expect(first.resource.attributes["region"] == "eu")
    let expected: [(String, AttributeValue)] = [
      ("ok", true), ("n", -3), ("r", .double(0.5)), ("zip", "01234"), ("quoted", "7"), ("text", "a=b"),
    ]
    for (key, value) in expected { #expect(spans.allSatisfy { $0.attributes[key] == value }, "\(key)") }
    await collector.stop()
  }

  @Test func theLastTraceIsCutSoThatTheNumberHolds() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run([
      "load", "--endpoint", collector.endpoint, "--spans", "10", "--child-spans", "3", "--status", "unset",
    ])
    #expect(run.code == 0)
    #expect(collector.spanCount == 10)
    #expect(collector.spans.allSatisfy { $0.status.code == .unset })
    await collector.stop()
  }

  @Test("the time that the end took before the shutdown is part of --shutdown-timeout")
  func endsInTime() throws {
    var options = ConnectionOptions()
    options.exporter.endpoint = "http://127.0.0.1:1"
    options.shutdownTimeout = .seconds(3600)
    let pipeline = try Pipeline(options, environment: [:], diagnostics: .silent)
    pipeline.processor.onEnd(StandardWorkload().span(0))
    let start = MonotonicInstant.system
    let report = pipeline.finish(since: start + .seconds(-3600))
    #expect(MonotonicInstant.system - start < .seconds(60))
    #expect(report.ledger.droppedTotal == 1)
  }

  @Test(arguments: [0, 0.01, 1, 12.5, 33.3, 99, 100]) func errorsAreSpreadEvenly(_ percent: Double) {
    let errors = (0..<10_000).count { LoadShape.isError($0, percent: percent) }
    #expect(abs(Double(errors) - percent * 100) <= 1)
    let inAThousand = (5000..<6000).count { LoadShape.isError($0, percent: percent) }
    #expect(abs(Double(inAThousand) - percent * 10) <= 1)
  }

  @Test func aStallIsWhenNothingMovesThoughSpansWait() {
    let start = MonotonicInstant.system
    var watch = StallWatch(patience: .seconds(10), at: start)
    var ledger = Ledger()
    func stalled(_ seconds: Int, _ isWaiting: Bool = true) -> Bool {
      watch.isStalled(ledger, isWaiting: isWaiting, at: start + .seconds(seconds))
    }
    #expect(!stalled(0))
    #expect(!stalled(9))
    // Spans still come into the queue.
    ledger.ended = 5
    #expect(!stalled(12))
    #expect(!stalled(21))
    ledger.exported = 1
    #expect(!stalled(22))
    // Nothing waits.
    #expect(!stalled(60, false))
    #expect(!stalled(69))
    #expect(stalled(70))
    ledger.exported = 2
    #expect(!stalled(71))
    // Spans come, but only in the place of those that are dropped.
    ledger.ended = 6
    #expect(!stalled(80))
    ledger.ended = 7
    ledger.dropped = [.unreachable: 1]
    #expect(stalled(81))
  }

  @Test func whatTheExporterSaysOfFailuresIsKeptForTheEnd() {
    let passed = Locked<[String]>([])
    let log = FailureLog(Diagnostics { event in passed.withLock { $0.append(event.message) } })
    let diagnostics = log.diagnostics
    diagnostics.emit(.warning, "can't connect", [("server", "s"), ("reason", "refused")])
    #expect(log.last == "refused")
    diagnostics.emit(.warning, "retry", [("endpoint", "e"), ("status", "UNAVAILABLE"), ("message", "later")])
    #expect(log.last == "UNAVAILABLE: later")
    diagnostics.emit(.warning, "export fails", [("lost", "1"), ("error", "why")])
    #expect(log.last == "why")
    diagnostics.emit(.warning, "works again", [("failedBatches", "1")])
    diagnostics.emit(.warning, "rejected", [("rejected", "2")])
    #expect(passed.withLock { $0 } == [])
    diagnostics.emit(.warning, "item too large", [("name", "n"), ("status", "x")])
    diagnostics.emit(.warning, "taken with a warning", [("rejected", "0"), ("message", "m")])
    diagnostics.emit(.warning, "TLS files", [("reason", "r")])
    #expect(passed.withLock { $0 } == ["item too large", "taken with a warning", "TLS files"])
    #expect(log.last == "why")
  }

  @Test(
    arguments: [
      ("--endpiont", "--endpoint"), ("--shutdwn-timeout", "--shutdown-timeout"), ("--ratee", "--rate"), ("--x", nil),
      ("", nil), (String(repeating: "a", count: 1000), nil), ("--SPANS", "--spans"),
    ] as [(String, String?)])
  func theNearestWordIsSuggested(_ word: String, _ expected: String?) {
    let words = ["--endpoint", "--shutdown-timeout", "--rate", "--spans", "--batch"]
    #expect(Suggestion.nearest(to: word, among: words) == expected)
  }

  @Test func distancesCountMistakes() {
    for (left, right, expected) in [
      ("", "", 0), ("", "abc", 3), ("abc", "abd", 1), ("ab", "ba", 1), ("load", "laod", 1), ("kitten", "sitting", 3),
    ] {
      #expect(Suggestion.distance(Array(left.utf8), Array(right.utf8)) == expected)
      #expect(Suggestion.distance(Array(right.utf8), Array(left.utf8)) == expected)
    }
  }
}
