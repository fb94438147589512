import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct WaterfallTests {
  private func span(
    _ id: UInt64, _ parent: UInt64, _ start: UInt64, _ length: UInt64, _ name: String, error: String? = nil
  ) -> SpanData {
    SpanData(
      traceID: TraceID(high: 1, low: 1), spanID: SpanID(id), parentSpanID: SpanID(parent), name: name,
      startTimeUnixNano: start, endTimeUnixNano: start &+ length,
      attributes: ["key": .string(String(repeating: "値", count: 300)), "list": [1, [2, [3]]]],
      events: [SpanData.Event(name: "it broke", timeUnixNano: start + 5, attributes: ["why": "日本"])],
      links: [SpanData.Link(traceID: TraceID(high: 2, low: 2), spanID: SpanID(2), attributes: ["l": true])],
      status: error.map { .error($0) } ?? .ok, resource: Resource(["service.name": "サービス", "host": "h"]),
      scope: InstrumentationScope(name: "lib", version: "1"))
  }

  @Test func spansInAnyOrderFormTrees() {
    func span(_ id: UInt64, _ parent: UInt64, _ start: UInt64, _ name: String) -> SpanData {
      SpanData(
        traceID: TraceID(high: 1, low: 1), spanID: SpanID(id), parentSpanID: SpanID(parent), name: name,
        startTimeUnixNano: start + 1, endTimeUnixNano: start + 1000)
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

  @Test(arguments: [0, 1, 20, 40, 44, 60, 80, 200, 100_000])
  func noLineIsWiderThanTheTerminal(_ columns: Int) {
    let terminal = Terminal(columns: columns)
    var spans = [
      span(1, 0, 1000, 1_000_000, "根の名前はとても長いのです", error: "失敗した " + String(repeating: "x", count: 300)),
      span(2, 1, 2000, 500, "short", error: ""), span(3, 9, .max - 5, 5, "🇩🇪👨‍👩‍👧 late"), span(4, 1, 0, .max, "all"),
    ]
    for depth in 5..<60 { spans.append(span(UInt64(depth), UInt64(depth - 1), UInt64(depth), 10, "deep \(depth)")) }
    for isVerbose in [false, true] {
      let text = Waterfall(terminal, isVerbose: isVerbose).text(spans)
      for line in text.split(separator: "\n") { #expect(TerminalWidth.columns(line) <= terminal.columns, "\(line)") }
      #expect(text.contains("short"))
      #expect(!text.contains("\u{1B}"))
    }
  }

  @Test func barsStartInTheSameColumn() {
    let text = Waterfall(Terminal(columns: 80)).text([
      span(1, 0, 1, 1000, "日本語"), span(2, 1, 1, 1000, "abc"), span(3, 1, 1, 1000, "👍🏽"),
    ])
    let starts = text.split(separator: "\n").dropFirst().compactMap { line in
      line.firstIndex(of: "█").map { TerminalWidth.columns(line[..<$0]) }
    }
    #expect(starts.count == 3)
    #expect(Set(starts).count == 1)
  }

  @Test func onlyATerminalWithColourGetsEscapeSequences() {
    let spans = [span(1, 0, 1, 1000, "a"), span(2, 1, 1, 10, "b", error: "e")]
    let colored = Waterfall(Terminal(columns: 80, hasColor: true)).text(spans)
    let plain = Waterfall(Terminal(columns: 80)).text(spans)
    #expect(colored.contains("\u{1B}[31m"))
    #expect(colored.replacing(/\u{1B}\[[0-9]*m/, with: "") == plain)
  }

  @Test func verboseShowsAllPartsOfASpan() {
    let start: UInt64 = 1_760_000_000_000_000_000
    var one = span(1, 7, start, 12_345_678, "op", error: "gateway timeout\u{1B}[31m")
    one.kind = .client
    one.droppedEventsCount = 3
    let text = Waterfall(Terminal(columns: 200), isVerbose: true).text([one])
    for part in [
      "2025-10-09 08:53:20.000000 UTC", "client  08:53:20.000000  span 0000000000000001", "parent 0000000000000007",
      "status error: gateway timeout [31m", "list = [1, [2, [3]]]", "event it broke  +5 ns", "why = 日本",
      "3 more events were left out", "link to 00000000000000020000000000000002 0000000000000002", "l = true",
      "scope lib 1", "host = h",
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test("a time that isn't set doesn't stretch the trace")
  func unsetTimes() {
    let start: UInt64 = 1_760_000_000_000_000_000
    var spans = [
      span(1, 0, start, 2_000_000, "root"), span(2, 1, 0, 0, "unset"), span(3, 1, start + 1_000_000, 5, "tail"),
    ]
    spans[2].endTimeUnixNano = 0
    spans.append(span(4, 1, start + 500_000, 0, "early"))
    spans[3].endTimeUnixNano = start
    spans[3].events[0].timeUnixNano = 0
    let lines = Waterfall(Terminal(columns: 80)).text(spans).split(separator: "\n").map(String.init)
    #expect(lines[0].contains("4 spans  2.0 ms"), "\(lines[0])")
    let bar = lines[1].filter { $0 == "█" }.count
    #expect(bar > 40, "\(lines)")
    func line(_ name: String) -> String { lines.first { $0.contains(name) } ?? "" }
    #expect(line("unset").contains("no times") && !line("unset").contains("█"))
    #expect(line("tail").contains("no end"))
    #expect(line("early").contains("end<start"))
    let details = Waterfall(Terminal(columns: 200), isVerbose: true).text(spans)
    for part in [
      "no start time  span", "no end time", "before the start", "event it broke  no time", "event it broke  +5 ns",
    ] {
      #expect(details.contains(part), "\(part) in \(details)")
    }
    #expect(details.split(separator: "1970").count == 2 && details.contains("event it broke  1970"), "\(details)")
  }

  @Test("the name of a deep span stays readable, and its level is told", arguments: [40, 80, 120])
  func deepTraces(_ columns: Int) {
    let spans = (1...60).map { span(UInt64($0), UInt64($0 - 1), 1000 + UInt64($0), 1000, "operation") }
    let lines = Waterfall(Terminal(columns: columns)).text(spans).split(separator: "\n")
      .filter { $0.contains("operation") }
    #expect(lines.count == 60)
    for (index, line) in lines.enumerated() where index > columns / 8 {
      #expect(line.contains("…\(index + 1) operation"), "\(line)")
    }
  }

  @Test("a terminal gets the first spans of a large trace, a file all")
  func largeTraces() {
    let spans = (1...300).map { span(UInt64($0), $0 == 1 ? 0 : 1, 1000 + UInt64($0), 1000, "op \($0)") }
    var waterfall = Waterfall(Terminal(columns: 80))
    waterfall.hint = "; --limit shows more"
    #expect(waterfall.text(spans).split(separator: "\n").last == "  … and 100 more spans; --limit shows more")
    waterfall.limit = 299
    #expect(waterfall.text(spans).split(separator: "\n").last == "  … and 1 more span; --limit shows more")
    let all = Waterfall(Terminal(columns: 80, isInteractive: false)).text(spans)
    #expect(all.split(separator: "\n").count == 301)
    #expect(!all.contains("more span"))
  }
}
