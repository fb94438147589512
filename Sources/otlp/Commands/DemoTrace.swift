package import TelemetryCore
package import TelemetrySDK

/// The trace of a shop's checkout: three services, a database, and a call that fails and is retried.
package struct DemoTrace {
  private struct Step {
    let name: String
    let service: String
    let kind: SpanData.Kind
    let parent: Int?
    let start: UInt64
    let length: UInt64
    var error: String?
    var attributes: Attributes = [:]
  }

  private static let steps: [Step] = [
    Step(
      name: "POST /checkout", service: "shop-web", kind: .server, parent: nil, start: 0, length: 214_300,
      attributes: ["http.request.method": "POST", "http.route": "/checkout", "http.response.status_code": 200]),
    Step(name: "validate basket", service: "shop-web", kind: .internal, parent: 0, start: 1_800, length: 9_400),
    Step(
      name: "SELECT basket_items", service: "shop-web", kind: .client, parent: 1, start: 3_100, length: 6_700,
      attributes: ["db.system.name": "postgresql", "db.response.returned_rows": 3]),
    Step(name: "POST /charge", service: "shop-web", kind: .client, parent: 0, start: 12_900, length: 148_200),
    Step(
      name: "POST /charge", service: "payment", kind: .server, parent: 3, start: 15_400, length: 143_600,
      attributes: ["http.request.method": "POST", "http.response.status_code": 200]),
    Step(
      name: "card gateway, first try", service: "payment", kind: .client, parent: 4, start: 18_000, length: 60_000,
      error: "gateway timeout", attributes: ["server.address": "gateway.example.com", "error.type": "timeout"]),
    Step(
      name: "card gateway, second try", service: "payment", kind: .client, parent: 4, start: 88_500, length: 61_700,
      attributes: ["server.address": "gateway.example.com", "http.request.resend_count": 1]),
    Step(
      name: "INSERT payments", service: "payment", kind: .client, parent: 4, start: 151_000, length: 6_100,
      attributes: ["db.system.name": "postgresql"]),
    Step(
      name: "publish order.paid", service: "shop-web", kind: .producer, parent: 0, start: 163_000, length: 3_900,
      attributes: ["messaging.destination.name": "orders"]),
    Step(
      name: "process order.paid", service: "warehouse", kind: .consumer, parent: 8, start: 170_200, length: 39_800,
      attributes: ["messaging.destination.name": "orders", "warehouse.parcels": 2]),
  ]

  /// Records the trace with a tracer for each service. A call carries the context to another service in headers.
  /// - Parameters:
  ///   - start: The start of the trace in nanoseconds since 1970.
  ///   - processor: Receives the spans.
  /// - Returns: The recorded spans.
  package static func record(
    start: UInt64, in processor: some SpanProcessor
  ) throws(ConfigurationError) -> [SpanData] {
    var tracers: [String: TelemetryTracer] = [:]
    var spans: [RecordingSpan] = []
    for step in steps {
      let tracer: TelemetryTracer
      if let known = tracers[step.service] {
        tracer = known
      } else {
        let resource = Resource(["service.name": .string(step.service)])
        tracer = try TracerProvider(resource: resource, processors: [processor]).tracer("otlp.demo", version: "1.0.0")
        tracers[step.service] = tracer
      }
      let span = tracer.startSpan(
        step.name, kind: step.kind, parent: parent(of: step, spans), attributes: step.attributes, at: time(step, start))
      if let error = step.error {
        span.addEvent("exception", attributes: ["exception.message": .string(error)], at: time(step, start))
        span.setStatus(.error(error))
      }
      spans.append(span)
    }
    // In any order: a consumer ends after its producer.
    for (step, span) in zip(steps, spans) { span.end(at: time(step, start) + step.length * 1000) }
    return spans.compactMap(\.data)
  }

  private static func parent(of step: Step, _ spans: [RecordingSpan]) -> TraceContext {
    guard let index = step.parent else { return TraceContext() }
    let context = TraceContext(spans[index], in: TraceContext())
    guard steps[index].service != step.service else { return context }
    var headers: [String: String] = [:]
    CompositePropagator.standard.inject(context, into: &headers)
    return CompositePropagator.standard.extract(from: headers, into: TraceContext())
  }

  private static func time(_ step: Step, _ start: UInt64) -> UInt64 { start + step.start * 1000 }
}
