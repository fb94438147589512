import OTLPTesting
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct LoadCommandTests {
  @Test func theJSONHasAllMembersInOrder() async throws {
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

  @Test func roundRobinUsesSeveralServers() async throws {
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

  @Test func lostSpansAreCountedAndReported() async throws {
    let collector = try await LoopbackCollector()
    collector.onRequest { _ in .status(.invalidArgument, message: "not these") }
    let run = try await Tool.run(["load", "--endpoint", collector.endpoint, "--spans", "600", "--json"])
    #expect(run.code == 69)
    #expect(run.dropped == ["refused": 600])
    #expect(run.errors.contains("600 of 600 spans were not delivered (refused 600)"))
    #expect(run.errors.contains("not these"))
    await collector.stop()
  }

  @Test func aShortExportTimeShortensTheAttemptsSilently() async throws {
    let collector = try await LoopbackCollector()
    let arguments = ["load", "--endpoint", collector.endpoint, "--items", "10", "--json", "--export-timeout", "1s"]
    let silent = try await Tool.run(arguments)
    #expect(silent.code == 0 && silent.errors.isEmpty, "\(silent.errors)")
    let chosen = try await Tool.run(arguments + ["--timeout", "5s"])
    #expect(chosen.code == 0)
    #expect(chosen.errors.contains("--timeout is longer than the time of an export"), "\(chosen.errors)")
    #expect(chosen.errors.contains("timeout=5s exportTimeout=1s"), "\(chosen.errors)")
    #expect(!chosen.errors.contains("attemptTimeout"))
    await collector.stop()
  }

  @Test func theServersAnswerIsNamedAtTheEndOfTheTime() async throws {
    let collector = try await LoopbackCollector()
    collector.onRequest { _ in .status(.unavailable, message: "data refused due to high memory usage") }
    for name in Self.protocols {
      let run = try await Tool.run([
        "load", "--endpoint", collector.endpoint, "--items", "1", "--shutdown-timeout", "2s", "--protocol", name,
      ])
      #expect(run.code == 69)
      #expect(run.errors.contains("data refused due to high memory usage"), "\(run.errors)")
      #expect(!run.errors.contains("not connected"), "\(run.errors)")
    }
    await collector.stop()
  }

  #if HTTP
    static let protocols = ["grpc", "http/protobuf"]

    @Test("what a connection over HTTP failed at is named")
    func overHTTP() async throws {
      // Time enough for an answer on a busy machine.
      func load(_ arguments: [String], _ time: String = "5s") async throws -> String {
        let run = try await Tool.run(
          ["load", "--items", "1", "--shutdown-timeout", time, "--protocol", "http/protobuf"] + arguments)
        #expect(run.code == 69)
        return run.errors
      }
      let socket = try await load(["--endpoint", "unix:/missing/x.sock"], "1s")
      #expect(socket.contains("unix:/missing/x.sock: No such file") && !socket.contains("port 80"), "\(socket)")
      let proxy = try await load(["--endpoint", "http://collector.example:4318", "--proxy", "http://127.0.0.1:1"])
      #expect(proxy.contains("the proxy 127.0.0.1:1: Connection refused"), "\(proxy)")
      let tls = try await DoctorServer(.tls("server"))
      let plaintext = try await load(["--endpoint", tls.filled("http://127.0.0.1:{port}")])
      #expect(plaintext.contains("TLS (https://)"), "\(plaintext)")
      await tls.stop()
      let http2 = try await DoctorServer(.canned("\0\0\0\u{4}\0\0\0\0\0"))
      let grpc = try await load(["--endpoint", http2.filled("http://127.0.0.1:{port}")])
      #expect(grpc.contains("HTTP/2 without TLS, as gRPC's port does"), "\(grpc)")
      await http2.stop()
    }

    @Test func severalServersOverHTTPAreRefused() async throws {
      for command in ["load", "doctor", "demo"] {
        let run = try await Tool.run([
          command, "--protocol", "http/json", "--endpoint", "http://127.0.0.1:1", "--endpoint", "http://127.0.0.1:2",
        ])
        #expect(run.code == 64, "\(command)")
        #expect((run.output + run.errors).contains("allowed: one endpoint with OTLP over HTTP"), "\(run.errors)")
      }
    }
  #else
    static let protocols = ["grpc"]
  #endif

  @Test func aLargeBatchGetsAQueueOfFourBatches() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run([
      "load", "--endpoint", collector.endpoint, "--spans", "8000", "--batch", "4000", "--json",
    ])
    #expect(run.code == 0)
    #expect(run.json("exports") == "2")
    await collector.stop()
  }

  @Test func rateAndDurationAreLimits() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run([
      "load", "--endpoint", collector.endpoint, "--duration", "500ms", "--rate", "400", "--workers", "2", "--json",
    ])
    #expect(run.code == 0)
    // A slow machine may generate fewer spans than the rate allows.
    let ended = try #require(run.json("ended").flatMap { Int($0) })
    #expect((1...202).contains(ended))
    #expect(collector.spanCount == ended)
    await collector.stop()
  }

  @Test("a load that ends while its workers wait for room delivers the queue and their spans")
  func theQueueIsDeliveredWhileWorkersWait() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run([
      "load", "--endpoint", collector.endpoint, "--duration", "300ms", "--queue", "8", "--batch", "8",
      "--concurrency", "1", "--workers", "3", "--json",
    ])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.json("ended").flatMap { Int($0) } == collector.spanCount)
    await collector.stop()
  }

  @Test func aSignalEndsTheLoadWithAReport() async throws {
    let collector = try await LoopbackCollector()
    let load = try Tool.start([
      "load", "--endpoint", collector.endpoint, "--duration", "60", "--rate", "1000", "--json",
    ])
    #expect(await collector.waitForSpans(1, within: Loopback.patience))
    load.send(2)
    // Not all requested spans were delivered.
    #expect(await load.wait() == 69)
    let result = Tool.Result(load, code: 69)
    #expect(result.json("exported").flatMap { Int($0) } == collector.spanCount)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("otlp load: interrupted; delivers what is queued for at most ") == true)
    #expect(lines.last == "otlp load: interrupted before all items were generated")
    #expect(result.json("error") == "\"interrupted before all items were generated\"")
    await collector.stop()
  }

  @Test func spansHaveTheRequestedShape() async throws {
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

  @Test("with --tracer the tracer makes the workload's spans")
  func tracer() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run(["load", "--endpoint", collector.endpoint, "--tracer", "--spans", "2000", "--json"])
    #expect(run.code == 0 && run.json("exported") == "2000", "\(run.errors)")
    let spans = collector.spans
    #expect(spans.count == 2000 && Set(spans.map(\.spanID)).count == 2000 && Set(spans.map(\.traceID)).count == 2000)
    #expect(spans.allSatisfy { $0.resource == StandardWorkload.resource && $0.scope == StandardWorkload.scope })
    // The first eight spans have each name once.
    for expected in StandardWorkload().spans(0..<8) {
      let span = try #require(spans.first { $0.name == expected.name && $0.status == expected.status })
      #expect(span.kind == .server && span.attributes.count == 10 && span.events.count == 2 && span.links.count == 1)
      #expect(span.flags == 0x301 && span.parentSpanID.isValid && span.endTimeUnixNano >= span.startTimeUnixNano)
    }
    await collector.stop()
  }

  @Test("spans of the tracer have the requested shape")
  func tracedShape() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run([
      "load", "--endpoint", collector.endpoint, "--tracer", "--spans", "100", "--service", "cart", "--child-spans", "3",
      "--attribute", "ok=true", "--error-rate", "10%", "--workers", "2",
    ])
    #expect(run.code == 0, "\(run.errors)")
    let traces = Dictionary(grouping: collector.spans, by: \.traceID)
    #expect(traces.count == 25 && collector.spanCount == 100)
    for trace in traces.values {
      let root = try #require(trace.last)
      #expect(trace.count == 4 && !root.parentSpanID.isValid)
      #expect(trace.dropLast().allSatisfy { $0.parentSpanID == root.spanID && $0.flags == 0x103 })
    }
    #expect(collector.spans.count { $0.status.code == .error } == 10)
    #expect(collector.spans.allSatisfy { $0.attributes["ok"] == true })
    #expect(collector.spans.allSatisfy { $0.resource.attributes["service.name"] == "cart" })
    await collector.stop()
  }

  @Test func theLastTraceIsCutAtTheNumberOfSpans() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run([
      "load", "--endpoint", collector.endpoint, "--spans", "10", "--child-spans", "3", "--status", "unset",
    ])
    #expect(run.code == 0)
    #expect(collector.spanCount == 10)
    #expect(collector.spans.allSatisfy { $0.status.code == .unset })
    await collector.stop()
  }

  @Test(
    "what only spans have is refused for other signals",
    arguments: [["--tracer"], ["--child-spans", "2"], ["--status", "ok"], ["--error-rate", "5"]])
  func shapeOfSpans(options: [String]) async throws {
    let run = try await Tool.run(["load", "--signal", "logs", "--items", "1"] + options)
    #expect(run.code == 64)
    #expect(run.errors == "otlp load: \(options[0]): only spans have it; --signal is logs\n")
  }
}
