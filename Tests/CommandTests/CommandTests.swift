import OTLPTesting
import OTLPWire
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct CommandTests {
  @Test func demoShowsATraceInPlaintextAndOverTLS() async throws {
    let run = try await Tool.run(["demo"])
    #expect(run.code == 0)
    #expect(run.output.contains("in plaintext"))
    #expect(run.output.contains("over TLS"))
    #expect(run.output.contains("POST /checkout"))
    #expect(run.output.contains("exported 20, dropped 0"))
    #expect(run.errors.isEmpty)
  }

  @Test func demoPrintsOneLineOfJSON() async throws {
    let run = try await Tool.run(["demo", "--json"])
    #expect(run.code == 0)
    #expect(run.output.split(separator: "\n").count == 1)
    #expect(run.json("exported") == "20")
    #expect(run.dropped.isEmpty)
    #expect(run.json("endpoint")?.hasPrefix("\"http://127.0.0.1:") == true)
  }

  @Test func loadMeetsItsContract() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run(["load", "--endpoint", collector.endpoint, "--spans", "2000", "--json"])
    #expect(run.code == 0)
    let line = try #require(run.output.split(separator: "\n").last)
    let names = [
      "endpoint", "ended", "exported", "rejected", "dropped", "queued", "inFlight", "possibleDuplicates", "exports",
      "attempts", "seconds", "spansPerSecond", "cpuMicrosPerSpan", "latencyMillis",
    ]
    var rest = line
    for name in names {
      let range = try #require(rest.firstRange(of: "\"\(name)\":"), "\(name) in its place")
      rest = rest[range.upperBound...]
    }
    #expect(rest.hasPrefix("{\"p50\":"))
    #expect(run.json("exported") == "2000")
    #expect(collector.spanCount == 2000)
    #expect(Set(collector.spans.map(\.spanID)).count == 2000)
    await collector.stop()
  }

  @Test func loadGoesToSeveralServers() async throws {
    let collectors = [try await LoopbackCollector(), try await LoopbackCollector()]
    let run = try await Tool.run(
      ["load"] + collectors.flatMap { ["--endpoint", $0.endpoint] } + [
        "--load-balancing", "round-robin", "--max-connections", "2", "--spans", "20000", "--batch", "100", "--json",
      ])
    #expect(run.code == 0)
    #expect(run.output.contains(#"{"endpoint":"\#(collectors[0].endpoint),\#(collectors[1].endpoint)","#))
    #expect(collectors.map(\.spanCount).reduce(0, +) == 20000)
    #expect(collectors.allSatisfy { $0.spanCount > 5000 })
    for collector in collectors { await collector.stop() }
  }

  @Test func loadCountsWhatIsLost() async throws {
    let collector = try await LoopbackCollector()
    collector.onRequest { _ in .status(.invalidArgument, message: "not these") }
    let run = try await Tool.run(["load", "--endpoint", collector.endpoint, "--spans", "600", "--json"])
    #expect(run.code == 69)
    #expect(run.dropped == ["refused": 600])
    #expect(run.errors.contains("600 of 600 spans were not delivered (refused 600)"))
    #expect(run.errors.contains("not these"))
    await collector.stop()
  }

  @Test func aLargeBatchGetsAQueueOfFour() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run([
      "load", "--endpoint", collector.endpoint, "--spans", "8000", "--batch", "4000", "--json",
    ])
    #expect(run.code == 0)
    #expect(run.json("exports") == "2")
    await collector.stop()
  }

  @Test func loadKeepsToItsRateAndDuration() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run([
      "load", "--endpoint", collector.endpoint, "--duration", "500ms", "--rate", "400", "--workers", "2", "--json",
    ])
    #expect(run.code == 0)
    // At most the rate's share; a slow machine may make fewer.
    let ended = try #require(run.json("ended").flatMap { Int($0) })
    #expect((1...202).contains(ended))
    #expect(collector.spanCount == ended)
    await collector.stop()
  }

  @Test("load ends while its workers wait for room in the queue: what they hold is delivered")
  func loadEndsWithAFullQueue() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run([
      "load", "--endpoint", collector.endpoint, "--duration", "300ms", "--queue", "8", "--batch", "8",
      "--concurrency", "1", "--workers", "3", "--json",
    ])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.json("ended").flatMap { Int($0) } == collector.spanCount)
    await collector.stop()
  }

  @Test func sendDeliversTheGoodLinesAndNamesTheBad() async throws {
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

  @Test func receiveWritesWhatLoadSends() async throws {
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

  @Test func anInterruptedLoadSaysWhatItDid() async throws {
    let collector = try await LoopbackCollector()
    let load = try Tool.start([
      "load", "--endpoint", collector.endpoint, "--duration", "60", "--rate", "1000", "--json",
    ])
    #expect(await collector.waitForSpans(1, within: Loopback.patience))
    load.send(2)
    // Not all that was asked for was delivered.
    #expect(await load.wait() == 69)
    let result = Tool.Result(load, code: 69)
    #expect(result.json("exported").flatMap { Int($0) } == collector.spanCount)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("otlp load: interrupted; delivers what is under way, for at most 60s;") == true)
    #expect(lines.last == "otlp load: interrupted before all spans were made")
    #expect(result.json("error") == "\"interrupted before all spans were made\"")
    await collector.stop()
  }

  @Test(arguments: ["demo", "send", "load", "receive", "doctor", "help"])
  func helpShowsEachOption(_ command: String) async throws {
    let run = try await Tool.run([command, "--help"])
    #expect(run.code == 0)
    #expect(run.output.hasPrefix("otlp \(command): "))
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(["receive", "help"].contains(command) || run.output.contains("--shutdown-timeout T"))
  }
}
