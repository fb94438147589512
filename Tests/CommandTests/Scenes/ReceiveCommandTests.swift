import Glibc
import OTLPTesting
import OTLPWire
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct ReceiveCommandTests {
  /// Starts `otlp receive` from a shell, which can redirect the output to a full disk or a closed pipe.
  private func start(_ command: String) async throws -> (process: ChildProcess, endpoint: String) {
    let process = try ChildProcess(["/bin/bash", "-c", "exec \(Tool.path) receive --port 0 " + command], input: "")
    #expect(await Loopback.wait { process.errors.contains("listening on ") }, "\(process.errors)")
    let line = process.errors.split(separator: "\n").first { $0.hasPrefix("listening on ") }
    return (process, String(try #require(line).dropFirst("listening on ".count)))
  }

  private func load(_ endpoint: String, _ spans: Int = 10, fails: Bool = false) async throws -> Tool.Result {
    // A run that must fail has a short shutdown timeout.
    let patience = fails ? ["--shutdown-timeout", "500ms"] : []
    return try await Tool.run(["load", "--endpoint", endpoint, "--spans", "\(spans)"] + patience)
  }

  @Test func spansFromLoadAreWrittenToTheFile() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let certificates = try TestCertificates()
    let receiver = try Tool.start([
      "receive", "--port", "0", "--output", folder + "/spans.jsonl", "--tls-certificate", certificates.certificate,
      "--tls-key", certificates.privateKey,
    ])
    #expect(await Loopback.wait { receiver.errors.contains("listening on ") })
    let endpoint = try #require(receiver.errors.split(whereSeparator: \.isWhitespace).last).description
    #expect(endpoint.hasPrefix("https://"))
    let load = try await Tool.run([
      "load", "--endpoint", endpoint, "--certificate", certificates.authority, "--spans", "1000",
    ])
    #expect(load.code == 0)
    receiver.send(15)
    #expect(await receiver.wait() == 0)
    #expect(receiver.errors.contains("received 1000 spans"))
    let lines = TestFiles.read(folder + "/spans.jsonl").split(separator: "\n")
    let spans = try lines.flatMap { try OTLPJSON.decode(String($0)) }
    #expect(Set(spans.map(\.spanID)).count == 1000)
  }

  @Test(
    "spans that can't be written are refused, and the command ends",
    arguments: [
      "--output /dev/full", "--output - > /dev/full", "--output - 1> >(exec sleep 0)",
    ])
  func spansThatCannotBeWrittenAreRefused(_ arguments: String) async throws {
    let (process, endpoint) = try await start(arguments)
    if arguments.contains("sleep") { _ = await Loopback.wait(within: .milliseconds(300)) { false } }
    let load = try await load(endpoint, fails: true)
    #expect(load.code == 69)
    #expect(await process.wait() == 69)
    #expect(process.errors.contains("received 0 spans in 0 requests"))
    #expect(process.errors.contains(arguments.contains("sleep") ? "Broken pipe" : "No space left on device"))
    #expect(process.errors.contains("10 items were refused"))
  }

  @Test func standardOutputHasOnlyTheLinesOfSpans() async throws {
    let (process, endpoint) = try await start("--output -")
    #expect(try await load(endpoint, 100).code == 0)
    // Spans are written before they are acknowledged.
    let spans = try process.output.split(separator: "\n").flatMap { try OTLPJSON.decode(String($0)) }
    #expect(Set(spans.map(\.spanID)).count == 100)
    process.send(2)
    #expect(await process.wait() == 0)
    #expect(process.errors.contains("received 100 spans in "))
  }

  @Test("a reader that doesn't read keeps no signal from ending the command")
  func aReaderThatDoesNotRead() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    #expect(mkfifo(folder + "/out", 0o600) == 0)
    let reader = open(folder + "/out", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(reader) }
    let (process, endpoint) = try await start("--output - > '\(folder)/out'")
    let load = try Tool.start(["load", "--endpoint", endpoint, "--spans", "5000"])
    #expect(
      await Loopback.wait {
        var count: Int32 = 0
        _ = ioctl(reader, UInt(FIONREAD), &count)
        return count >= 60 << 10  // the pipe is full
      })
    process.send(2)
    #expect(await process.wait(within: .seconds(20)) == 69)
    #expect(process.errors.contains("the reader takes no bytes"), "\(process.errors)")
    load.send(9)
  }

  @Test func anIncompleteLineIsRemoved() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let path = folder + "/spans.jsonl"
    // The limit of the file's size stands for a full disk.
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

  @Test("a folder gets a file for each signal, and all of it can be sent on")
  func folder() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let (process, endpoint) = try await start("--output \(folder)/new/")
    for signal in ["traces", "logs", "metrics"] {
      let load = try await Tool.run(["load", "--endpoint", endpoint, "--signal", signal, "--items", "700"])
      #expect(load.code == 0, "\(load.errors)")
    }
    process.send(15)
    #expect(await process.wait() == 0)
    #expect(process.errors.contains("received 700 spans, 700 log records, 700 data points in "))
    #expect(TestFiles.names(in: folder + "/new") == ["logs.jsonl", "metrics.jsonl", "traces.jsonl"])
    let documents = try TestFiles.names(in: folder + "/new").flatMap { name in
      try TestFiles.read("\(folder)/new/\(name)").split(separator: "\n").map {
        try OTLPJSON.decodeDocument(Array($0.utf8))
      }
    }
    #expect(documents.reduce(0) { $0 + $1.spans.count } == 700)
    #expect(documents.reduce(0) { $0 + $1.logRecords.count } == 700)
    let points = documents.flatMap(\.metrics).reduce(0) { $0 + $1.dataPointCount }
    #expect(points == 700)
    let (second, place) = try await start("--output -")
    let all = TestFiles.names(in: folder + "/new").map { TestFiles.read("\(folder)/new/\($0)") }.joined()
    let send = try await Tool.run(["send", "--endpoint", place, "--json"], input: all)
    #expect(send.code == 0, "\(send.errors)")
    #expect(send.json("exported") == "2100")
    let counts = #""metrics":{"ended":700,"exported":700,"rejected":0,"dropped":0,"queued":0,"inFlight":0}"#
    #expect(send.output.contains(#""signals":{"traces":{"ended":700,"#) && send.output.contains(counts))
    second.send(15)
    #expect(await second.wait() == 0)
    #expect(second.output.split(separator: "\n").count >= 6)
  }

  @Test func aFileHoldsOneSignal() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let path = folder + "/logs.jsonl"
    let (process, endpoint) = try await start("--output \(path) --signal logs --max-file-size 8192 --max-files 1")
    let refused = try await Tool.run(["load", "--endpoint", endpoint, "--items", "10", "--shutdown-timeout", "1s"])
    #expect(
      refused.code == 69 && refused.errors.contains("otlp receive --output stores only logs"), "\(refused.errors)")
    let load = try await Tool.run([
      "load", "--endpoint", endpoint, "--signal", "logs", "--items", "100", "--batch", "5",
    ])
    #expect(load.code == 0)
    process.send(15)
    #expect(await process.wait() == 0)
    #expect(process.errors.contains("received 100 log records in 20 requests"), "\(process.errors)")
    // Rotation keeps one finished file beside the last.
    let names = TestFiles.names(in: folder)
    #expect(names.count == 2 && names.allSatisfy { TestFiles.bytes(folder + "/" + $0).count <= 8192 })
    for (arguments, words) in [
      (["--signal", "logs"], "--signal needs --output"), (["--max-files", "1"], "--max-files needs --output"),
      (["--output", path, "--max-files", "1"], "--max-files: '1' is not allowed"),
    ] {
      let run = try await Tool.run(["receive", "--port", "0"] + arguments)
      #expect(run.code == 64 && run.errors.contains(words), "\(run.errors)")
    }
    let other = try await Tool.run(["receive", "--port", "0", "--output", path])
    #expect(other.code == 78 && other.errors.contains("it holds logs, and a file holds one signal"), "\(other.errors)")
  }

  @Test func verboseShowsLogRecordsAndMetrics() async throws {
    let (process, endpoint) = try await start("--verbose")
    for signal in ["logs", "metrics"] {
      let load = try await Tool.run(["load", "--endpoint", endpoint, "--signal", signal, "--items", "4"])
      #expect(load.code == 0)
    }
    #expect(await Loopback.wait { process.output.contains("process.memory.usage By  gauge, ") })
    process.send(2)
    #expect(await process.wait() == 0)
    #expect(process.output.contains("info  GET /api/v1/users/{id} was answered after "), "\(process.output)")
    #expect(process.output.contains("http.server.request.duration s  histogram, 1 data point\n"))
  }

  @Test func bothPortsTakeAllProtocols() async throws {
    let (process, _) = try await start("--http-port 0 --output -")
    let line = try #require(process.errors.split(separator: "\n").first { $0.hasPrefix("listening on ") })
    let endpoints = line.dropFirst("listening on ".count).split(separator: ", and on ").map(String.init)
    try #require(endpoints.count == 2, "\(line)")
    var count = 0
    for endpoint in endpoints {
      var names = ["grpc"]
      #if HTTP
        names += ["http/protobuf", "http/json"]
      #endif
      for name in names {
        let load = try await Tool.run(["load", "--endpoint", endpoint, "--protocol", name, "--spans", "10"])
        #expect(load.code == 0, "\(load.errors)")
        count += 10
      }
    }
    process.send(15)
    #expect(await process.wait() == 0)
    #expect(process.errors.contains("received \(count) spans"))
    let spans = try process.output.split(separator: "\n").flatMap { try OTLPJSON.decode(String($0)) }
    #expect(spans.count == count)
  }

  /// The poller reports waiting connections only once, and without a free descriptor none can be accepted.
  @Test func connectionsAreAcceptedAgainAfterDescriptorsRanOut() async throws {
    // The shell closes the descriptors inherited from the tests.
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
    clients[0].send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    #expect(await clients[0].waitForBytes())
    // Descriptor 19 is the last below the limit.
    let folder = "/proc/\(limited.id)/fd/19"
    #expect(await Loopback.wait { TestFiles.exists(folder) })
    clients = []
    #expect(try await load(endpoint).code == 0)
    limited.send(2)
    #expect(await limited.wait() == 0)
    #expect(limited.errors.contains("received 10 spans in 1 request"))
  }

  @Test func messagesDoNotGoIntoTheFileIfStandardErrorIsClosed() async throws {
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

  @Test func withoutATerminalSpansAreOnlyCounted() async throws {
    let (process, endpoint) = try await start("")
    #expect(try await load(endpoint).code == 0)
    process.send(2)
    #expect(await process.wait() == 0)
    #expect(process.output.isEmpty)
    #expect(process.errors.contains("standard output is no terminal: items are only counted"))
    #expect(process.errors.contains("received 10 spans in 1 request"))
  }

  @Test func verboseShowsTracesWithoutATerminal() async throws {
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
  func itListensOnTheGivenAddress(_ arguments: String) async throws {
    let (process, endpoint) = try await start(arguments)
    #expect(try await load(endpoint.replacing("0.0.0.0", with: "127.0.0.1")).code == 0)
    process.send(2)
    #expect(await process.wait() == 0)
  }
}
