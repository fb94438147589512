import OTLPExport
import OTLPTesting
import SwiftOTLP
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct TelemetryTests {
  private let log = EventLog()

  @Test("spans reach the environment's server as a tree with the resource")
  func export() async throws {
    let collector = try await LoopbackCollector()
    let telemetry = try Telemetry(
      .test(
        [
          "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_RESOURCE_ATTRIBUTES": "team=red,zone=1",
          "OTEL_SERVICE_NAME": "from-environment",
        ], log
      ) { $0.serviceName = "checkout" })
    let tracer = telemetry.tracer("http", version: "2", schemaURL: "s", attributes: ["a": 1])
    try await tracer.withSpan("GET /", kind: .server) { span in
      span.setAttribute("k", "v")
      tracer.startSpan("child").end()
      try await Task { try Task.checkCancellation() }.value
    }
    let flush = await telemetry.forceFlush(within: patience)
    #expect(flush.isDelivered && flush.ledger.exported == 2 && telemetry.ledger.exported == 2)
    let report = await telemetry.shutdown(within: patience)
    #expect(report.description == "traces: exported 2, dropped 0" && report.ledger.isBalanced)
    let (child, root) = (collector.spans[0], collector.spans[1])
    #expect(child.name == "child" && child.parentSpanID == root.spanID && child.traceID == root.traceID)
    #expect(root.attributes == ["k": "v"] && root.kind == .server)
    #expect(root.scope == InstrumentationScope(name: "http", version: "2", attributes: ["a": 1], schemaURL: "s"))
    #expect(root.resource == telemetry.resource)
    let attributes = root.resource.attributes
    #expect(attributes["service.name"] == "checkout" && attributes["team"] == "red" && attributes["zone"] == "1")
    #expect(attributes["telemetry.sdk.name"] == "swift-otlp")
    #expect(telemetry.selfMetrics["otel.sdk.exporter.span.exported"] != nil)
    #expect(telemetry.selfMetrics["otel.sdk.processor.span.processed"] != nil)
    #expect(log.lines.isEmpty)
    await collector.stop()
  }

  @Test("the blocking forms deliver from a thread without a task")
  func blocking() async throws {
    let exporter = InMemorySpanExporter()
    let telemetry = try Telemetry(.test([:], log) { $0.tracesExporters = [.exporter(exporter)] })
    let promise = Promise<(TelemetryReport, TelemetryReport)>()
    telemetry.tracer("a").startSpan("first").end()
    try ThreadSystem.start(name: "blocking", stackSize: 1 << 18) {
      let flush = telemetry.forceFlushBlocking(within: patience)
      telemetry.tracer("a").startSpan("second").end()
      promise.fulfil((flush, telemetry.shutdownBlocking(within: patience)))
    }
    let (flush, end) = await promise.value
    #expect(flush.isDelivered && flush.ledger.exported == 1)
    #expect(end.isDelivered && end.traces.ledger.exported == 2 && end.total == end.traces)
    #expect(exporter.items.map(\.name) == ["first", "second"])
    await telemetry.run()  // returns, since telemetry is shut down
  }

  @Test("a disabled SDK records nothing, makes no exporter and carries contexts on (4.10)")
  func disabled() async throws {
    let telemetry = try Telemetry(
      .test(["OTEL_SDK_DISABLED": "TRUE", "OTEL_EXPORTER_OTLP_ENDPOINT": "ftp://nowhere"], log))
    #expect(telemetry.isDisabled)
    let header = ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]
    let remote = telemetry.propagator.extract(from: header, into: TraceContext())
    let span = telemetry.tracer("a").startSpan("a", parent: remote)
    #expect(!span.isRecording && span.context.spanID == SpanID(0xb7ad_6b71_6920_3331))
    var carried: [String: String] = [:]
    telemetry.propagator.inject(TraceContext(span, in: remote), into: &carried)
    #expect(carried["traceparent"] == header["traceparent"])
    #expect(await telemetry.shutdown(within: patience).ledger == Ledger())
    #expect(log.lines.isEmpty)
    let enabled = try Telemetry(
      .test(["OTEL_SDK_DISABLED": "true"], log) {
        $0.isDisabled = false
        $0.tracesExporters = []
      })
    #expect(!enabled.isDisabled)
  }

  @Test("several exporters receive each span, after the processors of code")
  func severalExporters() async throws {
    let (first, second) = (InMemorySpanExporter(), InMemorySpanExporter())
    let telemetry = try Telemetry(
      .test([:], log) {
        $0.tracesExporters = [.exporter(first), .exporter(second)]
        $0.spanProcessors = [Marking()]
      })
    telemetry.tracer("a").startSpan("a").end()
    let report = await telemetry.shutdown(within: patience)
    #expect(report.ledger.exported == 2)
    #expect(first.items == second.items && first.items.map(\.attributes) == [["marked": true]])
  }

  private struct Marking: SpanProcessor {
    var needsOnEnding: Bool { true }
    func onEnding(_ span: RecordingSpan) { span.setAttribute("marked", true) }
    func onEnd(_ span: RecordingSpan) {}
  }

  @Test("a released object delivers what is queued in the background")
  func release() async throws {
    let collector = try await LoopbackCollector()
    do {
      // The delay is longer than the wait below.
      let telemetry = try Telemetry(
        .test([:], log) {
          $0.otlp.endpoint = collector.endpoint
          $0.batch.scheduleDelay = .seconds(3600)
        })
      telemetry.tracer("a").startSpan("a").end()
    }
    #expect(await collector.waitForSpans(1, within: patience))
    await collector.stop()
  }

  @Test("errors name the property or the variable, the value and what is allowed")
  func errors() {
    func message(_ environment: [String: String] = [:], _ change: (inout Telemetry.Configuration) -> Void = { _ in })
      -> String
    {
      do throws(OTLPError) {
        _ = try Telemetry(.test(environment, log, change))
        return "no error"
      } catch {
        return error.description
      }
    }
    #expect(message { $0.serviceName = "" }.hasPrefix("serviceName: '' is not allowed; allowed: a name"))
    #expect(message { $0.shutdownTimeout = .seconds(-1) }.hasPrefix("shutdownTimeout: '-1.0 seconds' is not allowed"))
    #expect(message { $0.spanLimits.eventCountLimit = -1 }.hasPrefix("eventCountLimit: '-1' is not allowed"))
    #expect(message { $0.batch.maxQueueSize = 0 }.hasPrefix("maxQueueSize: '0' is not allowed"))
    #expect(message { $0.otlp.endpoint = "ftp://x" }.hasPrefix("endpoint: 'ftp://x' is not allowed"))
    #expect(
      message(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "ftp://x"])
        .hasPrefix("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'ftp://x' is not allowed"))
    #expect(
      message(["OTEL_EXPORTER_OTLP_CERTIFICATE": "/missing", "OTEL_EXPORTER_OTLP_ENDPOINT": "https://a:1"])
        .hasPrefix("OTEL_EXPORTER_OTLP_CERTIFICATE: CA file '/missing' can't be read"))
    #if !HTTP
      #expect(
        message(["OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"]) == """
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' is not allowed; allowed: grpc, with the endpoint's gRPC port \
          (4317); OTLP over HTTP needs the trait HTTP of the package swift-otlp, traits: ["HTTP"], and libcurl
          """)
    #endif
    #expect(message(["OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_TRACES_EXPORTER": "none"]) == "no error")
    #expect(log.lines.isEmpty)
  }

  @Test("the convenience initializer reads this process's environment")
  func processEnvironment() async throws {
    #expect(Telemetry.Configuration().environment["PATH"] != nil)
    let telemetry = try Telemetry(serviceName: "checkout")
    #expect(telemetry.resource.attributes["service.name"] == "checkout")
    #expect(telemetry.resource.attributes["process.pid"] != nil)
    await telemetry.shutdown(within: .zero)
  }

  @Test("objects are independent of each other")
  func independence() async throws {
    let (first, second) = (InMemorySpanExporter(), InMemorySpanExporter())
    let one = try Telemetry(.test([:], log) { $0.tracesExporters = [.exporter(first)] })
    let two = try Telemetry(.test([:], log) { $0.tracesExporters = [.exporter(second)] })
    await one.shutdown(within: patience)
    one.tracer("a").startSpan("late").end()
    two.tracer("a").startSpan("two").end()
    #expect(await two.shutdown(within: patience).ledger.exported == 1)
    #expect(first.items.isEmpty && second.items.map(\.name) == ["two"])
  }
}
