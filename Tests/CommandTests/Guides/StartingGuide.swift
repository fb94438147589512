import SwiftOTLP

// The code of the pages "Getting started", "Sampling and limits", "Propagation", "What becomes of every span" and "TLS".

private func gettingStarted() async throws {
  let telemetry = try Telemetry(serviceName: "greeter")
  let tracer = telemetry.tracer("greeter.main")

  tracer.withSpan("greet") { span in
    span.setAttribute("greeting.language", "en")
    span.addEvent("chosen", attributes: ["candidates": 3])
  }
  await telemetry.shutdown(within: .seconds(5))
}

private func startTelemetry() throws -> Telemetry {
  do {
    return try Telemetry(serviceName: "greeter")
  } catch {
    print("no telemetry: \(error)")
    var configuration = Telemetry.Configuration(serviceName: "greeter")
    configuration.isDisabled = true
    return try Telemetry(configuration)
  }
}

private struct Order: Sendable {
  let items = 2
  func summary() -> String { "" }
}

private struct Shop {
  let tracer: TelemetryTracer

  func reserve(_ order: Order) async throws {}
  func pay(_ order: Order) async throws {}

  func checkout(_ order: Order) async throws {
    try await tracer.withSpan("checkout") { span in
      span.setAttribute("order.items", order.items)
      async let stock: Void = tracer.withSpan("reserve") { _ in try await reserve(order) }
      async let payment: Void = tracer.withSpan("pay", kind: .client) { _ in try await pay(order) }
      _ = try await (stock, payment)
    }
  }

  func cached() {
    TraceContext.current.span.setAttribute("cache.hit", true)
  }

  struct Queue {
    func whenDone(_ body: @Sendable () -> Void) { body() }
  }

  func upload(_ queue: Queue) {
    let span = tracer.startSpan("upload", kind: .producer)
    queue.whenDone { span.end() }
  }

  func summarize(_ order: Order, _ span: RecordingSpan) {
    span.setAttribute("order.summary", making: { .string(order.summary()) })
  }
}

private func sampling() throws {
  let sampler = ParentBasedSampler(root: try TraceIDRatioSampler(ratio: 0.1))
  var limits = SpanLimits()
  limits.attributeCountLimit = 64
  limits.attributeValueLengthLimit = 4096
  _ = (sampler, limits)
}

private func composing() throws -> CompositeSampler {
  let rules = ComposableRuleBased([
    .init("health check", ComposableAlwaysOff()) { $0.attributes["http.route"] == "/healthz" },
    .init("other", try ComposableProbability(ratio: 0.1)) { _ in true },
  ])
  let sampler = CompositeSampler(ComposableParentThreshold(root: rules))
  return sampler
}

struct HealthCheckSampler: Sampler {
  let other: any Sampler
  var description: String { "HealthCheckSampler{\(other)}" }

  func shouldSample(
    parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
    attributes: Attributes, links: [RecordingSpan.Link]
  ) -> SamplingResult {
    if attributes["http.route"] == "/healthz" { return SamplingResult(.drop) }
    return other.shouldSample(
      parent: parent, context: context, traceID: traceID, name: name, kind: kind, attributes: attributes, links: links)
  }
}

private func propagation(_ propagator: CompositePropagator, _ tracer: TelemetryTracer) {
  var headers: [String: String] = [:]
  propagator.inject(TraceContext.current, into: &headers)  // traceparent, tracestate, baggage

  func respond(_ span: RecordingSpan) {}
  let context = propagator.extract(from: headers, into: TraceContext())
  tracer.withSpan("serve", kind: .server, parent: context) { span in
    respond(span)
  }
}

private func otherHeaders() {
  let propagator = CompositePropagator([B3Propagator(), W3CTraceContextPropagator(), W3CBaggagePropagator()])
  _ = propagator
}

struct Message {
  var properties: [String: String] = [:]
}

struct MessageTextMap: TextMapGetter, TextMapSetter {
  func keys(in message: Message) -> [String] { message.properties.map(\.key) }
  func value(of key: String, in message: Message) -> String? { message.properties[key] }
  func set(_ value: String, for key: String, in message: inout Message) { message.properties[key] = value }
}

private func baggage() {
  func callOtherServices() {}
  var context = TraceContext.current
  context.baggage["tenant"] = "acme"
  context.makeCurrent {
    callOtherServices()
  }
}

private struct Tenant: Sendable {}

private enum TenantKey: TraceContextKey { typealias Value = Tenant }

private func ownValues(_ tenant: Tenant) {
  func handle() {}
  var context = TraceContext.current
  context[TenantKey.self] = tenant
  context.makeCurrent {
    handle()  // TraceContext.current[TenantKey.self]
  }
}

private func fates(_ processor: BatchSpanProcessor) async {
  func log(_ text: String) {}
  let report = await processor.forceFlush(within: .seconds(5))
  if !report.isDelivered {
    log("\(report.lost) spans were lost: \(report.ledger)")
  }
}

private func tls() -> OTLPGRPCExporter.Configuration {
  var configuration = OTLPGRPCExporter.Configuration(endpoint: "https://collector.example.com:4317")
  configuration.certificate = "/etc/ssl/our-authority.pem"
  configuration.clientCertificate = "/etc/ssl/client.pem"
  configuration.clientKey = "/etc/ssl/client.key"
  return configuration
}

// The landing page.
private func landing() async throws {
  let telemetry = try Telemetry(serviceName: "checkout")
  let tracer = telemetry.tracer("checkout.http")
  tracer.withSpan("GET /users/{id}", kind: .server) { span in
    span.setAttribute("http.request.method", "GET")
  }
  await telemetry.shutdown(within: .seconds(5))
}
