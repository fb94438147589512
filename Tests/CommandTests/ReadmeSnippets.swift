import OTLPTesting
import SwiftOTLP
import Testing

// The README shows the bodies of these functions; ReadmeTests compares them.

func exportASpan(_ handle: (RecordingSpan) async throws -> Void) async throws {
  let telemetry = try Telemetry(serviceName: "checkout")  // reads the OTEL_… variables
  let tracer = telemetry.tracer("checkout.http")

  try await tracer.withSpan("GET /users/{id}", kind: .server) { span in
    span.setAttribute("http.request.method", "GET")
    try await handle(span)  // spans that start here are its children
  }
  print(await telemetry.shutdown(within: .seconds(5)))  // traces: exported 1, dropped 0
}

func configureTLS() throws -> Telemetry {
  var configuration = Telemetry.Configuration(serviceName: "checkout")
  configuration.otlp.endpoint = "https://collector.example.com:4317"
  configuration.otlp.certificate = "/etc/ssl/our-authority.pem"  // without it: the system's authorities
  configuration.otlp.headers = ["authorization": "Bearer TOKEN"]
  let telemetry = try Telemetry(configuration)
  return telemetry
}

@Test func theReadmesReceiverWorks() async throws {
  let collector = try await LoopbackCollector()
  collector.script(.status(.unavailable))  // the first request; the next ones succeed
  var configuration = Telemetry.Configuration(serviceName: "test")
  configuration.otlp.endpoint = collector.endpoint
  let telemetry = try Telemetry(configuration)
  let span = telemetry.tracer("test").startSpan("a")
  span.end()
  let report = await telemetry.shutdown(within: .seconds(30))
  #expect(report.isDelivered)
  #expect(collector.spans == [span.data])
  await collector.stop()
}
