import OTLPExport
import OTLPTesting
import OTLPWire
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct SendCommandTests {
  private func send(
    _ arguments: [String], to collector: LoopbackCollector, input: String = ""
  ) async throws -> Tool.Result {
    try await Tool.run(["send", "--endpoint", collector.endpoint, "--json"] + arguments, input: input)
  }

  @Test func validLinesAreDeliveredAndInvalidLinesReported() async throws {
    let collector = try await LoopbackCollector()
    let workload = StandardWorkload()
    let lines = [
      OTLPJSON.encode(workload.spans(0..<3)), "not JSON", "", "{\"x\":1}", OTLPJSON.encode(workload.spans(3..<5)),
    ]
    let run = try await Tool.run(
      ["send", "--endpoint", collector.endpoint, "--json"], input: lines.joined(separator: "\n"))
    #expect(run.code == 65)
    #expect(run.json("exported") == "5")
    #expect(run.errors.split(separator: "\n").map { $0.prefix(7) } == ["line 2:", "line 4:"])
    #expect(Set(collector.spans) == Set(workload.spans(0..<5)))
    await collector.stop()
  }

  static let cases = [
    ("bom.jsonl", 2), ("json-array.json", 2), ("kind-name.jsonl", 2), ("lone-surrogate.jsonl", 2),
    ("pretty-printed.json", 3), ("snake-case-inside.jsonl", 1),
  ]

  @Test("all spans arrive from a file, from a pipe and from a compressed file", arguments: cases)
  func unusualDocumentsAreAccepted(_ name: String, _ count: Int) async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let path = "\(TestFiles.root)/Fixtures/JSON/\(name)"
    let bytes = TestFiles.bytes(path)
    try TestFiles.write(Gzip.compress(bytes), to: folder + "/packed.gz")
    for (arguments, input) in [
      ([path], ""), ([folder + "/packed.gz"], ""), ([], String(decoding: bytes, as: UTF8.self)),
    ] {
      let collector = try await LoopbackCollector()
      let run = try await send(arguments, to: collector, input: input)
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.errors.isEmpty)
      #expect(run.json("exported") == "\(count)")
      #expect(collector.spans.map(\.name) == (0..<count).map { "op \($0)" })
      #expect(collector.spans.allSatisfy { $0.kind == .server })
      if name.hasPrefix("lone") {
        #expect(collector.spans.first?.attributes["msg"] == "cut emoji \u{FFFD}")
      }
      await collector.stop()
    }
  }

  @Test func documentsCanHaveNoLineBreaksOrMany() async throws {
    let collector = try await LoopbackCollector()
    let workload = StandardWorkload()
    let lines = (0..<4).map { OTLPJSON.encode([workload.span($0)]) }
    let input = lines[0] + lines[1] + " " + lines[2] + "\r\n\r\n" + lines[3].replacing(",", with: "\n ,\n ")
    let run = try await send([], to: collector, input: input)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.json("exported") == "4")
    await collector.stop()
  }

  @Test func givingUpCountsEveryItemOfTheInput() async throws {
    let records = Array(repeating: "{}", count: 600).joined(separator: ",")
    let points = Array(repeating: #"{"asInt":"1"}"#, count: 600).joined(separator: ",")
    let input = """
      {"resourceLogs":[{"scopeLogs":[{"logRecords":[\(records)]}]}]}
      {"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[\(points)]}}]}]}]}
      \(OTLPJSON.encode(StandardWorkload().spans(0..<3)))
      """
    let run = try await Tool.run(
      [
        "send", "--endpoint", "http://127.0.0.1:1", "--json", "--export-timeout", "1s", "--shutdown-timeout", "1s",
      ], input: input)
    #expect(run.code == 69)
    let none = #""exported":0,"rejected":0,"dropped":600,"queued":0,"inFlight":0}"#
    #expect(run.output.contains(#""metrics":{"ended":600,"# + none), "\(run.output)")
    #expect(run.output.contains(#""logs":{"ended":600,"# + none), "\(run.output)")
    #expect(run.errors.contains("gave up: nothing was delivered for 1s"), "\(run.errors)")
    #expect(run.errors.contains("3 items of the input were not taken"), "\(run.errors)")
  }

  @Test func errorsHaveLineAndByte() async throws {
    let collector = try await LoopbackCollector()
    let good = OTLPJSON.encode([StandardWorkload().span(0)])
    let indented = "{\n  \"resourceSpans\": [\n    {\"scopeSpans\": 7}\n  ]\n}"
    let run = try await send(
      [], to: collector, input: [good, indented, "{\"resourceSpans\":[", good].joined(separator: "\n"))
    #expect(run.code == 65)
    #expect(run.json("exported") == "2")
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first == #"line 4: "scopeSpans" must be an array, not a number, at byte 19"#)
    #expect(lines.last?.hasPrefix("line 8: ',' or ']' is expected, at byte ") == true)
    #expect(run.json("error") == "\"2 of 4 documents could not be read\"")
    await collector.stop()
  }

  @Test func twentyProblemsArePrinted() async throws {
    let collector = try await LoopbackCollector()
    let input = (0..<1000).map { "bad \($0)" }.joined(separator: "\n")
    let run = try await send([], to: collector, input: input)
    #expect(run.code == 65)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 21)
    #expect(lines.first == "line 1: a value is expected, at byte 0")
    #expect(lines.last == "… and 980 more")
    await collector.stop()
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let words: [String]
    var code: Int32 = 65
    var testDescription: String { name }
  }

  static let refused: [Refused] = {
    let line = Array(#"{"resourceSpans":[]}"#.utf8)
    let packed = Gzip.compress(Array(OTLPJSON.encode(StandardWorkload().spans(0..<9)).utf8))
    return [
      Refused(
        name: "UTF-16 with a mark", bytes: [0xFF, 0xFE] + line.flatMap { [$0, 0] }, words: ["UTF-16", "iconv"]),
      Refused(name: "UTF-16", bytes: line.flatMap { [0, $0] }, words: ["UTF-16", "iconv"]),
      Refused(name: "zstd", bytes: [0x28, 0xB5, 0x2F, 0xFD, 0, 1, 2, 3, 4], words: ["zstd -dc"]),
      Refused(
        name: "zstd of the file exporter", bytes: [0, 0, 1, 7, 0x28, 0xB5, 0x2F, 0xFD, 9, 9],
        words: ["zstd", "file exporter"]),
      Refused(name: "xz", bytes: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4], words: ["xz -dc"]),
      Refused(name: "binary", bytes: [0x0A, 0x80, 0, 3, 4, 5, 6, 7, 8], words: ["binary"]),
      Refused(name: "gzip cut short", bytes: Array(packed.dropLast(40)), words: ["gzip", "cut short"]),
      Refused(
        name: "gzip damaged", bytes: Array(packed.prefix(30)) + Array(repeating: 0xFF, count: 60),
        words: ["gzip", "damaged"]),
      Refused(name: "no document of ours", bytes: Array("{\"a\":1}".utf8), words: ["line 1:", "resourceSpans"]),
      Refused(
        name: "profiles",
        bytes: Array(#"{"resourceProfiles":[{"scopeProfiles":[{"profiles":[{},{}]}]}]}"#.utf8),
        words: ["skipped 2 profiles: only spans, log records and metrics can be sent"]),
    ]
  }()

  @Test(arguments: refused) func inputThatCannotBeSentIsReportedInOneLine(_ input: Refused) async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    try TestFiles.write(input.bytes, to: folder + "/input")
    let collector = try await LoopbackCollector()
    let run = try await send([folder + "/input"], to: collector)
    #expect(run.code == input.code)
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    for word in input.words { #expect(run.errors.contains(word), "\(run.errors)") }
    #expect(run.json("error") != nil)
    await collector.stop()
  }

  @Test func aDirectoryIsAnUnreadableFile() async throws {
    let run = try await Tool.run(["send", "/tmp", "--endpoint", "http://127.0.0.1:1"])
    #expect(run.code == 66)
    #expect(run.errors == "otlp send: /tmp: Is a directory\n")
  }

  @Test func anEmptyInputIsASuccess() async throws {
    let run = try await Tool.run(["send", "--endpoint", "http://127.0.0.1:1"])
    #expect(run.code == 0)
    #expect(run.errors == "otlp send: standard input: nothing to send: it is empty\n")
    for document in ["{}", #"{"resourceSpans":[]}"#, #"{"resourceLogs":[{"scopeLogs":[]}]}"#] {
      let run = try await Tool.run(["send", "--endpoint", "http://127.0.0.1:1"], input: document)
      #expect(run.code == 0)
      #expect(run.errors == "line 1: nothing to send: it holds no items\n")
    }
  }

  @Test func documentsAreSentBeforeTheInputEnds() async throws {
    let collector = try await LoopbackCollector()
    let process = try Tool.start(
      ["send", "--endpoint", collector.endpoint, "--batch", "1", "--json"], input: nil)
    try process.write(OTLPJSON.encode([StandardWorkload().span(0)]) + "\n")
    #expect(await collector.waitForSpans(1, within: Loopback.patience))
    process.send(2)
    #expect(await process.wait() == 69)
    #expect(process.errors.contains("otlp send: interrupted before the end of the input"))
    await collector.stop()
  }

  /// The command gives up although all waiting spans have room in the queue.
  @Test(arguments: [["load", "--spans", "20000"], ["load", "--spans", "5"], ["send"]])
  func anUnreachableServerIsReportedInOneLine(_ arguments: [String]) async throws {
    let input = OTLPJSON.encode(StandardWorkload().spans(0..<50)) + "\n"
    let run = try await Tool.run(
      arguments + [
        "--endpoint", "http://127.0.0.1:1", "--queue", "8", "--batch", "4", "--timeout", "1s", "--export-timeout", "1s",
        "--shutdown-timeout", "300ms",
      ], input: input, within: .seconds(60))
    #expect(run.code == 69)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count { $0.contains("Connection refused") } == 1, "\(run.errors)")
    #expect(lines.count { $0.hasPrefix("swift-otlp") } == 0, "\(run.errors)")
    #expect(lines.count <= 2)
  }

  @Test func refusalAndRejectionAreReportedInOneLine() async throws {
    for response in [
      LoopbackCollector.Response.status(.invalidArgument, message: "not these"),
      .partialSuccess(rejected: 5, message: "not these"),
    ] {
      let collector = try await LoopbackCollector()
      collector.onRequest { _ in response }
      let run = try await Tool.run(["load", "--endpoint", collector.endpoint, "--spans", "5"])
      #expect(run.code == 69)
      let lines = run.errors.split(separator: "\n")
      #expect(lines.count { $0.contains("of 5 spans were not delivered") && $0.contains("not these") } == 1)
      #expect(lines.allSatisfy { $0.hasPrefix("otlp load: ") || $0.contains("a single item") }, "\(run.errors)")
      await collector.stop()
    }
  }
}
