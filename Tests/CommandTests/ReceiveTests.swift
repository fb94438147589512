import OTLPTesting
import OTLPWire
import TelemetrySDK
import TestSupport
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct ReceiveTests {
  /// Starts `otlp receive` by a shell, which can give it a full disk or a closed pipe.
  private func start(_ command: String) async throws -> (process: ChildProcess, endpoint: String) {
    let process = try ChildProcess(["/bin/bash", "-c", "exec \(Tool.path) receive --port 0 " + command], input: "")
    #expect(await Loopback.wait { process.errors.contains("listening on ") }, "\(process.errors)")
    let line = process.errors.split(separator: "\n").first { $0.hasPrefix("listening on ") }
    return (process, String(try #require(line).dropFirst("listening on ".count)))
  }

  private func load(_ endpoint: String, _ spans: Int = 10, fails: Bool = false) async throws -> Tool.Result {
    // Nobody waits long for what will fail.
    let patience = fails ? ["--shutdown-timeout", "500ms"] : []
    return try await Tool.run(["load", "--endpoint", endpoint, "--spans", "\(spans)"] + patience)
  }

  @Test(
    "what can't be written isn't acknowledged, and the command ends",
    arguments: [
      "--output /dev/full", "--output - > /dev/full", "--output - 1> >(exec sleep 0)",
    ])
  func aFullDiskIsSaidToTheClient(_ arguments: String) async throws {
    let (process, endpoint) = try await start(arguments)
    if arguments.contains("sleep") { _ = await Loopback.wait(within: .milliseconds(300)) { false } }
    let load = try await load(endpoint, fails: true)
    #expect(load.code == 69)
    #expect(await process.wait() == 69)
    #expect(process.errors.contains("received 0 spans in 0 requests"))
    #expect(process.errors.contains(arguments.contains("sleep") ? "Broken pipe" : "No space left on device"))
    #expect(process.errors.contains("10 spans were refused"))
  }

  @Test func standardOutputGetsLinesAndNothingElse() async throws {
    let (process, endpoint) = try await start("--output -")
    #expect(try await load(endpoint, 100).code == 0)
    // Acknowledged is written: no need to wait for the end.
    let spans = try process.output.split(separator: "\n").flatMap { try OTLPJSON.decode(String($0)) }
    #expect(Set(spans.map(\.spanID)).count == 100)
    process.send(2)
    #expect(await process.wait() == 0)
    #expect(process.errors.contains("received 100 spans in "))
  }

  @Test func aLineThatIsCutIsTakenBack() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let path = folder + "/spans.jsonl"
    // A limit of the file's size is a full disk that tells where it ends.
    let limited = try ChildProcess(
      ["/bin/bash", "-c", "ulimit -f 16; exec \(Tool.path) receive --port 0 --output \(path)"], input: "")
    #expect(await Loopback.wait { limited.errors.contains("listening on ") })
    let place = String(try #require(limited.errors.split(whereSeparator: \.isWhitespace).last))
    let run = try await Tool.run([
      "load", "--endpoint", place, "--spans", "300", "--batch", "10", "--shutdown-timeout", "500ms",
    ])
    #expect(run.code == 69)
    #expect(await limited.wait() == 69)
    let text = TestFiles.read(path)
    #expect(text.hasSuffix("\n"))
    let spans = try text.split(separator: "\n").flatMap { try OTLPJSON.decode(String($0)) }
    #expect(limited.errors.contains("received \(spans.count) spans"))
    #expect(!spans.isEmpty && spans.count < 300)
  }

  /// The poller tells of connections that wait only once, and while there are no descriptors none can be taken.
  @Test func itTakesConnectionsAgainAfterItHadNoDescriptors() async throws {
    // Without what it inherits of the tests' own.
    let close = "for file in /proc/$$/fd/*; do n=${file##*/}; if ((n > 2)); then eval \"exec $n>&-\"; fi; done"
    let limited = try ChildProcess(
      ["/bin/bash", "-c", "\(close); ulimit -n 20; exec \(Tool.path) receive --port 0"], input: "")
    #expect(await Loopback.wait { limited.errors.contains("listening on ") || !limited.isRunning })
    let line = try #require(
      limited.errors.split(separator: "\n").first { $0.hasPrefix("listening on ") }, "\(limited.errors)")
    let endpoint = String(line.dropFirst("listening on ".count))
    let port = try #require(endpoint.split(separator: ":").last.flatMap { UInt16($0) })
    var clients = (0..<60).compactMap { _ in Loopback.Client(port) }
    #expect(clients.count == 60)
    #expect(await clients[0].waitForBytes())
    // The last of those for whom there is a descriptor was taken before this one is.
    let folder = "/proc/\(limited.id)/fd/19"
    #expect(await Loopback.wait { TestFiles.exists(folder) })
    clients = []
    #expect(try await load(endpoint).code == 0)
    limited.send(2)
    #expect(await limited.wait() == 0)
    #expect(limited.errors.contains("received 10 spans in 1 requests"))
  }

  @Test func whatItSaysWithoutAStandardErrorIsInNoFileOfIts() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let port = Loopback.HeldPort()
    let path = folder + "/spans.jsonl"
    let process = try ChildProcess(
      ["/bin/bash", "-c", "exec \(Tool.path) receive --port \(port.number) --output \(path) <&- >&- 2>&-"], input: "")
    #expect(await Loopback.wait { Loopback.accepts(port.number) })
    #expect(try await load("http://127.0.0.1:\(port.number)").code == 0)
    process.send(2)
    #expect(await process.wait() == 0)
    let spans = try TestFiles.read(path).split(separator: "\n").flatMap { try OTLPJSON.decode(String($0)) }
    #expect(spans.count == 10)
  }

  @Test func offATerminalItSaysThatItOnlyCounts() async throws {
    let (process, endpoint) = try await start("")
    #expect(try await load(endpoint).code == 0)
    process.send(2)
    #expect(await process.wait() == 0)
    #expect(process.output.isEmpty)
    #expect(process.errors.contains("standard output is no terminal: spans are only counted"))
    #expect(process.errors.contains("received 10 spans in 1 requests"))
  }

  @Test func verboseShowsTracesAnywhere() async throws {
    let (process, endpoint) = try await start("--verbose")
    let run = try await Tool.run(["demo", "--endpoint", endpoint])
    #expect(run.code == 0)
    #expect(await Loopback.wait { process.output.contains("messaging.destination.name = orders") })
    process.send(2)
    #expect(await process.wait() == 0)
    #expect(process.output.contains("status error: gateway timeout"))
    #expect(process.output.contains("event exception"))
    #expect(process.output.contains("server.address = gateway.example.com"))
  }

  @Test(arguments: ["--listen 127.0.0.2", "--listen localhost", "--listen '[::1]'", "--listen 0.0.0.0"])
  func itListensWhereItIsTold(_ arguments: String) async throws {
    let (process, endpoint) = try await start(arguments)
    #expect(try await load(endpoint.replacing("0.0.0.0", with: "127.0.0.1")).code == 0)
    process.send(2)
    #expect(await process.wait() == 0)
  }

  @Test(
    arguments: [
      ("127.0.0.1", .host("127.0.0.1"), nil), ("0.0.0.0:4317", .host("0.0.0.0"), 4317), ("[::1]:0", .host("::1"), 0),
      ("[::1]", .host("::1"), nil), ("::1", .host("::1"), nil), ("localhost:1", .host("127.0.0.1"), 1),
      ("unix:/tmp/x", .path("/tmp/x"), nil),
    ] as [(String, ListenAddress.Place, UInt16?)])
  func addressesAreRead(_ text: String, _ place: ListenAddress.Place, _ port: UInt16?) throws {
    let address = try #require(ListenAddress(text))
    #expect(address.place == place)
    #expect(address.port == port)
  }

  @Test(arguments: [
    "", ":", ":1", "x", "1.2.3", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "[::1", "[::1]x", "[]", "unix:",
    "1:2:3:zz",
  ])
  func otherAddressesAreRefused(_ text: String) { #expect(ListenAddress(text) == nil) }

  // MARK: Output that can't be written

  @Test(
    "output to a full disk is never a success",
    arguments: [
      "help", "help --man", "help --completions fish", "--help", "--version", "load --help", "doctor --help", "demo",
      "demo --json", "help load",
    ])
  func aFullDiskIsNoSuccess(_ arguments: String) async throws {
    let process = try ChildProcess(["/bin/sh", "-c", "exec \(Tool.path) \(arguments) > /dev/full"], input: "")
    #expect(await process.wait() == 69)
    #expect(process.errors.hasSuffix("standard output: No space left on device\n"))
    #expect(process.errors.split(separator: "\n").count == 1)
  }

  @Test(
    "output that is closed from the start is no success, and what was to go there goes nowhere else",
    arguments: ["help", "load --spans 10", "load --spans 10 --json", "doctor"])
  func aClosedOutputIsNoSuccess(_ arguments: String) async throws {
    let collector = try await LoopbackCollector()
    let endpoint = arguments == "help" ? "" : " --endpoint \(collector.endpoint)"
    for closed in [">&-", "<&- >&-"] {
      let process = try ChildProcess(
        ["/bin/sh", "-c", "exec \(Tool.path) \(arguments)\(endpoint) \(closed)"], input: "")
      #expect(await process.wait() == 69)
      #expect(process.errors.hasSuffix("standard output: Bad file descriptor\n"), "\(process.errors)")
    }
    if arguments.hasPrefix("load") { #expect(collector.spanCount == 20) }
    await collector.stop()
  }

  @Test func aClosedPipeIsNoSuccess() async throws {
    let process = try ChildProcess(
      ["/bin/bash", "-c", "(sleep 0.3; exec \(Tool.path) help --man) | :; exit ${PIPESTATUS[0]}"], input: "")
    #expect(await process.wait() == 69)
    #expect(process.errors == "otlp help: standard output: Broken pipe\n")
  }

  // MARK: A terminal

  @Test(
    "the tool takes the terminal's width and colours", .enabled(if: TestFiles.isExecutable("/usr/bin/script")),
    arguments: [20, 50, 120])
  func onATerminal(_ columns: Int) async throws {
    func lines(_ command: String, _ environment: [String: String] = ["TERM": "xterm"]) async throws -> [Substring] {
      let process = try ChildProcess(
        ["/usr/bin/script", "-qec", "stty cols \(columns); exec \(Tool.path) \(command)", "/dev/null"],
        environment: environment, input: "")
      #expect(await process.wait() == 0, "\(process.output)")
      return process.output.split(whereSeparator: \.isNewline)
    }
    func widest(_ lines: [Substring]) -> Int {
      lines.map { TextWidth.columns($0.replacing(/\u{1B}\[[0-9]*m/, with: "")) }.max() ?? 0
    }
    let help = try await lines("help load")
    #expect(help.count > 20 && widest(help) <= min(columns, 100))
    let demo = try await lines("demo").filter { $0.contains("█") }
    let plain = try await lines("demo", ["TERM": "xterm", "NO_COLOR": "1"]).filter { $0.contains("█") }
    #expect(widest(demo) <= columns && widest(plain) <= columns)
    #expect(columns < 50 ? demo.isEmpty : demo.contains { $0.contains("\u{1B}[31m█") })
    #expect(!plain.contains { $0.contains("\u{1B}") })
  }

  // MARK: demo

  @Test func theDemoGoesWhereTheEnvironmentSays() async throws {
    let collector = try await LoopbackCollector()
    for name in ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] {
      let run = try await Tool.run(["demo", "--json"], environment: [name: collector.endpoint])
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.json("endpoint") == "\"\(collector.endpoint)\"")
    }
    #expect(collector.spanCount == 20)
    let own = try await Tool.run(["demo", "--json"], environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": " \n"])
    #expect(own.json("exported") == "20")
    await collector.stop()
  }

  @Test("demo leaves no private key behind, whatever signal ends it", arguments: [2, 15] as [Int32])
  func theDemoLeavesNoKeys(_ signal: Int32) async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let process = try Tool.start(["demo"], environment: ["TMPDIR": folder])
    // It has shown the round over TLS or is in it.
    #expect(await Loopback.wait { process.output.contains("in plaintext") })
    process.send(signal)
    _ = await process.wait()
    for directory in TestFiles.names(in: folder) {
      let files = TestFiles.names(in: folder + "/" + directory)
      #expect(!files.contains { $0.hasSuffix(".key") }, "\(files)")
      TestFiles.remove(folder + "/" + directory)
    }
  }
}
