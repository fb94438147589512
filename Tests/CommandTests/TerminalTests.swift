import TelemetrySDK
import Testing
import otlp

@Suite struct TerminalTests {
  @Test(
    arguments: [
      (nil, [:], 80, false), (132, ["TERM": "xterm"], 132, true), (132, ["COLUMNS": "60", "TERM": "xterm"], 60, true),
      (0, ["TERM": "xterm"], 80, true), (1, ["TERM": "xterm"], 20, true), (nil, ["COLUMNS": "60"], 60, false),
      (90, ["COLUMNS": "abc"], 90, false), (90, ["COLUMNS": "0"], 90, false), (90, ["COLUMNS": "-5"], 90, false),
      (90, ["COLUMNS": "99999999999999999999"], 90, false), (65535, ["TERM": "xterm"], 1000, true),
      (90, ["TERM": "dumb"], 90, false), (90, ["TERM": "xterm", "NO_COLOR": "1"], 90, false),
      (90, ["TERM": "xterm", "NO_COLOR": ""], 90, true), (Int.max, [:], 1000, false), (Int.min, [:], 80, false),
    ] as [(Int?, [String: String], Int, Bool)])
  func columnsAndColour(_ system: Int?, _ environment: [String: String], _ columns: Int, _ hasColor: Bool) {
    let terminal = Terminal(systemColumns: system, environment: environment)
    #expect(terminal.columns == columns)
    #expect(terminal.hasColor == hasColor)
  }

  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한국", 4), ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2),
    ("❤️", 2),
    ("█", 1), ("…", 1), ("µ", 1), ("\u{200B}", 0), ("\u{0}", 0),
  ])
  func widths(_ text: String, _ columns: Int) { #expect(TextWidth.columns(text) == columns) }

  @Test func textIsCutAndFilledToColumns() {
    #expect(TextWidth.fitted("日本語", to: 8) == "日本語  ")
    #expect(TextWidth.fitted("日本語", to: 5) == "日本…")
    // The half of a wide character is a blank.
    #expect(TextWidth.fitted("日本語", to: 4) == "日… ")
    #expect(TextWidth.cut("abc", to: 0) == "")
    #expect(TextWidth.wrapped("one two three 日本語日本語", to: 7) == ["one two", "three", "日本語", "日本語"])
    #expect(TextWidth.wrapped("日本", to: 1) == ["日本"])
    #expect(TextWidth.wrapped("", to: 5) == [])
  }

  // MARK: Waterfall

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
      for line in text.split(separator: "\n") { #expect(TextWidth.columns(line) <= terminal.columns, "\(line)") }
      #expect(text.contains("short"))
      #expect(!text.contains("\u{1B}"))
    }
  }

  @Test func barsBeginInOneColumnWhateverTheNames() {
    let text = Waterfall(Terminal(columns: 80)).text([
      span(1, 0, 0, 1000, "日本語"), span(2, 1, 0, 1000, "abc"), span(3, 1, 0, 1000, "👍🏽"),
    ])
    let starts = text.split(separator: "\n").dropFirst().compactMap { line in
      line.firstIndex(of: "█").map { TextWidth.columns(line[..<$0]) }
    }
    #expect(starts.count == 3)
    #expect(Set(starts).count == 1)
  }

  @Test func colourIsOnlyWhereItIsAskedFor() {
    let spans = [span(1, 0, 0, 1000, "a"), span(2, 1, 0, 10, "b", error: "e")]
    let colored = Waterfall(Terminal(columns: 80, hasColor: true)).text(spans)
    let plain = Waterfall(Terminal(columns: 80)).text(spans)
    #expect(colored.contains("\u{1B}[31m"))
    #expect(colored.replacing(/\u{1B}\[[0-9]*m/, with: "") == plain)
  }

  @Test func verboseShowsWhatTheSpanHolds() {
    let start: UInt64 = 1_760_000_000_000_000_000
    var one = span(1, 7, start, 12_345_678, "op", error: "gateway timeout\u{1B}[31m")
    one.kind = .client
    one.droppedEventsCount = 3
    let text = Waterfall(Terminal(columns: 200), isVerbose: true).text([one])
    for part in [
      "2025-10-09 08:53:20.000000 UTC", "client  08:53:20.000000  span 0000000000000001", "parent 0000000000000007",
      "status error: gateway timeout [31m", "list = [1, [2, [3]]]", "event it broke  +0.0 µs", "why = 日本",
      "3 more events were left out", "link to 00000000000000020000000000000002 0000000000000002", "l = true",
      "scope lib 1", "host = h",
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test(
    arguments: [
      (0, "1970-01-01 00:00:00.000000 UTC"), (951_782_400_000_000_000, "2000-02-29 00:00:00.000000 UTC"),
      (1_704_067_199_999_999_999, "2023-12-31 23:59:59.999999 UTC"),
      (4_107_542_400_000_000_000, "2100-03-01 00:00:00.000000 UTC"), (.max, "2554-07-21 23:34:33.709551 UTC"),
    ] as [(UInt64, String)])
  func times(_ nanoseconds: UInt64, _ text: String) { #expect(TimeOfDay(unixNano: nanoseconds).dateText == text) }

  @Test func durationsFitTheirColumn() {
    for exponent in 0..<64 {
      for value in [UInt64(1) << exponent, (UInt64(1) << exponent) &- 1, .max >> UInt64(exponent)] {
        #expect(Waterfall.duration(value).count <= 10, "\(Waterfall.duration(value))")
      }
    }
  }
}
