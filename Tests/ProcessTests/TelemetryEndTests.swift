import OTLPTesting
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

/// The end of telemetry where the program's own tasks don't run.
@Suite(.ownThreads, .serialized)
struct TelemetryEndTests {
  @Test("parent and children end the same telemetry, and each span arrives once", arguments: [false, true])
  func fork(tls: Bool) async throws {
    let place = try await CollectorPlace(tls: tls)
    _ = try await Subject.run("telemetry-fork", place.options + ["children=4"])
    let spans = place.collector.spans
    #expect(spans.count == 2 + 4 * 2 && place.duplicates == 0)
    let root = try #require(spans.first { $0.name == "root" })
    let children = spans.filter { $0.name == "child" }
    #expect(children.count == 4 && children.allSatisfy { $0.parentSpanID == root.spanID && $0.traceID == root.traceID })
    // Each child has ids of its own.
    #expect(Set(spans.map(\.spanID)).count == 10)
  }

  @Test(
    "the process's environment decides alone",
    arguments: [
      (["OTEL_TRACES_EXPORTER": "console"], "recorded  server", "done traces: exported 1, dropped 0"),
      (["OTEL_TRACES_EXPORTER": "none"], "done traces: exported 0", "done traces: exported 0, dropped 0"),
      (["OTEL_SDK_DISABLED": "true"], "done traces: exported 0", "done traces: exported 0, dropped 0"),
      (["OTEL_TRACES_EXPORTER": "console", "OTEL_TRACES_SAMPLER": "always_off"], "done", "exported 0, dropped 0"),
      (["OTEL_TRACES_EXPORTER": "console", "OTEL_SERVICE_NAME": "shop"], "resource service.name = shop", "exported 1"),
    ])
  func environment(_ environment: [String: String], _ first: String, _ second: String) async throws {
    let process = try ChildProcess([Subject.path, "telemetry-of-environment"], environment: environment)
    #expect(await process.wait() == 0, "\(process.errors)")
    #expect(process.output.contains(first) && process.output.contains(second), "\(process.output)")
    #expect(process.errors.isEmpty)
  }

  @Test("flush and shutdown need no thread of Swift's pool (P2, P7)")
  func starvedPool() async throws {
    let place = try await CollectorPlace(tls: false)
    _ = try await Subject.run("telemetry-starved", place.options)
    #expect(place.collector.spans.count == 2 && place.collector.logRecords.count == 1)
  }

  @Test func aHandlerOfAtexitDelivers() async throws {
    let place = try await CollectorPlace(tls: false)
    _ = try await Subject.run("telemetry-at-exit", place.options)
    #expect(place.collector.spans.map(\.name) == ["last"])
    #expect(place.collector.spans.first?.resource.attributes["service.name"] == "subject")
  }
}
