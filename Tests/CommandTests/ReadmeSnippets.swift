import OTLPGRPC
import OTLPTesting
import Testing

// The README shows the bodies of these functions; ReadmeTests compares them.

func exportASpan(_ handle: (RecordingSpan) async throws -> Void) async throws {
  let exporter = try OTLPGRPCExporter(.init(endpoint: "http://localhost:4317"))
  let processor = try BatchSpanProcessor(exporter: exporter)
  let provider = try TracerProvider(resource: Resource(["service.name": "checkout"]), processors: [processor])
  let tracer = provider.tracer("checkout.http")

  try await tracer.withSpan("GET /users/{id}", kind: .server) { span in
    span.setAttribute("http.request.method", "GET")
    try await handle(span)  // spans that start here are its children
  }
  print(await provider.shutdown(within: .seconds(5)).ledger)  // exported 1, dropped 0
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
