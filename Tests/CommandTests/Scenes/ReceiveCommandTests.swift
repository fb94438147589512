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
    #expect(process.errors.contains("10 spans were refused"))
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
    #expect(limited.errors.contains("received 10 spans in 1 requests"))
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
    #expect(process.errors.contains("standard output is no terminal: spans are only counted"))
    #expect(process.errors.contains("received 10 spans in 1 requests"))
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
