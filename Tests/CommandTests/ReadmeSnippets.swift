import OTLPGRPC
import OTLPTesting
import Testing

// The README shows the bodies of these functions; ReadmeTests compares them.

func exportASpan() async throws {
  let exporter = try OTLPGRPCExporter(.init(endpoint: "http://localhost:4317"))
  let processor = try BatchSpanProcessor(exporter: exporter)

  let span = SpanData(
    traceID: TraceID(high: 0x5B8E_FFF7_9803_8103, low: 0xD269_B633_813F_C60C), spanID: SpanID(0xEEE1_9B7E_C3C1_B174),
    name: "GET /users/{id}", kind: .server,
    startTimeUnixNano: 1_760_000_000_000_000_000, endTimeUnixNano: 1_760_000_000_012_345_678,
    attributes: ["http.request.method": "GET", "http.response.status_code": 200], status: .ok,
    resource: Resource(["service.name": "checkout"]), scope: InstrumentationScope(name: "my.library"))
  processor.onEnd(span)  // from any thread; never waits by default

  let report = await processor.shutdown(within: .seconds(5))
  print(report.ledger)  // exported 1, dropped 0
}

func configureTLS(_ environment: [String: String]) -> OTLPGRPCExporter.Configuration {
  var configuration = OTLPGRPCExporter.Configuration(endpoint: "https://collector.example.com:4317")
  configuration.certificate = "/etc/ssl/our-authority.pem"  // without it: the system's authorities
  configuration.headers = ["authorization": "Bearer …"]
  configuration.compression = .gzip
  configuration.apply(environment: environment)  // OTEL_EXPORTER_OTLP_…, for what code hasn't set
  return configuration
}

@Test func theReadmesReceiverWorks() async throws {
  let collector = try await LoopbackCollector()
  collector.script(.status(.unavailable))  // the first request; the next ones succeed
  let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
  let processor = try BatchSpanProcessor(exporter: exporter)
  let span = StandardWorkload().span(0)
  processor.onEnd(span)
  let report = await processor.shutdown(within: .seconds(30))
  #expect(report.isDelivered)
  #expect(collector.spans == [span])
  await collector.stop()
}
