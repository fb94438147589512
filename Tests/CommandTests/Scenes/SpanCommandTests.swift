import OTLPTesting
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct SpanCommandTests {
  private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  private func span(_ arguments: [String], _ collector: LoopbackCollector, _ environment: [String: String] = [:])
    async throws -> Tool.Result
  {
    try await Tool.run(
      ["span", "--endpoint", collector.endpoint] + ExecCommandTests.patient + arguments,
      environment: environment)
  }

  @Test func aSpanHasWhatTheOptionsSay() async throws {
    let collector = try await LoopbackCollector()
    let run = try await span(
      [
        "--name", "build", "--kind", "producer", "--start", "1767225600.25", "--duration", "1500ms", "--attribute",
        "n=3",
        "--attribute", "ok=true", "--status", "error", "--status-message", "no room", "--service", "ci",
        "--resource-attribute", "team=red",
      ], collector, ["TRACEPARENT": Self.parent, "TRACESTATE": "a=b", "OTEL_RESOURCE_ATTRIBUTES": "team=blue,zone=1"])
    #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
    let span = try #require(collector.spans.first)
    #expect(span.name == "build" && span.kind == .producer && span.status == .error("no room"))
    #expect(span.startTimeUnixNano == 1_767_225_600_250_000_000 && span.endTimeUnixNano == 1_767_225_601_750_000_000)
    #expect(span.attributes == ["n": 3, "ok": true] && span.traceState == "a=b")
    #expect("\(span.traceID)" == "0af7651916cd43dd8448eb211c80319c" && "\(span.parentSpanID)" == "b7ad6b7169203331")
    #expect(span.flags == 0x301)  // sampled, and the parent is remote
    #expect(span.resource.attributes["service.name"] == "ci" && span.resource.attributes["team"] == "red")
    #expect(span.resource.attributes["zone"] == "1" && span.scope.name == "otlp")
    #expect(run.output == "00-\(span.traceID)-\(span.spanID)-01\n")
    await collector.stop()
  }

  @Test("a printed traceparent makes the next span a child, and --parent wins over the environment")
  func children() async throws {
    let collector = try await LoopbackCollector()
    let root = try await span(["--name", "root", "--parent", "none"], collector, ["TRACEPARENT": Self.parent])
    let printed = String(root.output.dropLast())
    let child = try await span(["--name", "child", "--parent", printed], collector, ["TRACEPARENT": Self.parent])
    let other = try await span(["--name", "other"], collector, ["TRACEPARENT": printed])
    #expect(child.code == 0 && other.code == 0)
    let spans = collector.spans
    #expect(!spans[0].parentSpanID.isValid && "\(spans[0].traceID)" != "0af7651916cd43dd8448eb211c80319c")
    #expect(spans[1...].allSatisfy { $0.parentSpanID == spans[0].spanID && $0.traceID == spans[0].traceID })
    await collector.stop()
  }

  @Test func theJSONHasTheTraceparent() async throws {
    let collector = try await LoopbackCollector()
    let run = try await span(["--name", "a", "--json"], collector)
    #expect(run.code == 0 && run.output.split(separator: "\n").count == 1)
    let span = try #require(collector.spans.first)
    #expect(run.json("traceparent") == "\"00-\(span.traceID)-\(span.spanID)-03\"" && run.json("exported") == "1")
    #expect(span.startTimeUnixNano == span.endTimeUnixNano && span.kind == .internal)
    await collector.stop()
  }

  @Test func aLostSpanIsReported() async throws {
    let collector = try await LoopbackCollector()
    collector.onRequest { _ in .status(.invalidArgument, message: "not this") }
    let run = try await span(["--name", "a"], collector)
    #expect(run.code == 69 && run.output.hasPrefix("00-"))
    #expect(run.errors.contains("otlp span: 1 of 1 span was not delivered (refused 1)"))
    #expect(run.errors.contains("not this"))
    let json = try await span(["--name", "a", "--json"], collector)
    #expect(json.code == 69 && json.json("error")?.contains("1 of 1 span ") == true)
    await collector.stop()
  }

  @Test("the environment's protocol applies, and the option wins")
  func protocols() async throws {
    let collector = try await LoopbackCollector()
    let environment = ["OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"]
    let http = try await span(["--name", "a"], collector, environment)
    #if HTTP
      #expect(http.code == 0 && http.errors.isEmpty && collector.spanCount == 1, "\(http.errors)")
    #else
      #expect(http.code == 78 && http.output.isEmpty && collector.spanCount == 0)
      #expect(http.errors.contains("OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' is not allowed; allowed: grpc"))
    #endif
    let before = collector.spanCount
    let grpc = try await span(["--name", "a", "--protocol", "grpc"], collector, environment)
    #expect(grpc.code == 0 && collector.spanCount == before + 1)
    let unknown = try await span(["--name", "a"], collector, ["OTEL_EXPORTER_OTLP_PROTOCOL": "thrift"])
    #expect(unknown.code == 0 && collector.spanCount == before + 2)
    #expect(unknown.errors.split(separator: "\n").count == 1 && unknown.errors.contains("'thrift'"))
    await collector.stop()
  }

  @Test("the environment's sampler, exporters and switch apply")
  func environment() async throws {
    let collector = try await LoopbackCollector()
    let unsampled = try await span(["--name", "a"], collector, ["OTEL_TRACES_SAMPLER": "always_off"])
    #expect(unsampled.code == 0 && unsampled.output.hasSuffix("-02\n") && unsampled.errors.isEmpty)
    let none = try await span(["--name", "a"], collector, ["OTEL_TRACES_EXPORTER": "none"])
    #expect(none.code == 0 && none.errors.isEmpty)
    let disabled = try await span(
      ["--name", "a"], collector, ["OTEL_SDK_DISABLED": "true", "TRACEPARENT": Self.parent])
    #expect(disabled.code == 0 && disabled.output == Self.parent + "\n")
    #expect(collector.spanCount == 0)
    let console = try await span(["--name", "shown"], collector, ["OTEL_TRACES_EXPORTER": "console,otlp"])
    #expect(console.code == 0 && console.errors.contains("shown  internal") && collector.spanCount == 1)
    #expect(console.output.split(separator: "\n").count == 1)
    let warned = try await span(["--name", "a"], collector, ["OTEL_TRACES_EXPORTER": "zipkin"])
    #expect(warned.code == 0 && warned.errors.split(separator: "\n").count == 1)
    #expect(warned.errors.contains("OTEL_TRACES_EXPORTER") && warned.errors.contains("'zipkin'"))
    let quiet = try await span(
      ["--name", "a"], collector, ["OTEL_TRACES_EXPORTER": "zipkin", "OTEL_LOG_LEVEL": "error"])
    #expect(quiet.code == 0 && quiet.errors.isEmpty)
    await collector.stop()
  }

  @Test("a span for standard error counts too, also if it can't be written", arguments: ["console", "otlp/stdout"])
  func standardError(_ exporter: String) async throws {
    for (redirection, code, exported) in [("2>/dev/full", 69, 0), ("2>/dev/null", 0, 1)] as [(String, Int32, Int)] {
      let script = "exec '\(Tool.path)' span --name a --json --shutdown-timeout 1s \(redirection)"
      let process = try ChildProcess(
        ["/bin/sh", "-c", "export OTEL_TRACES_EXPORTER=\(exporter); \(script)"], input: "")
      #expect(await process.wait() == code)
      #expect(process.output.contains("\"ended\":1,\"exported\":\(exported),"), "\(process.output)")
    }
  }
}
