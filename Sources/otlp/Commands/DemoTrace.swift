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

  /// The spans of a trace with new ids.
  /// - Parameter start: The start of the trace in nanoseconds since 1970.
  package static func spans(start: UInt64) -> [SpanData] {
    var random = SystemRandomNumberGenerator()
    let trace = TraceID(high: random.next() | 1, low: random.next())
    let ids = steps.map { _ in SpanID(random.next() | 1) }
    var resources: [String: Resource] = [:]
    let scope = InstrumentationScope(name: "otlp.demo", version: "1.0.0")
    return steps.indices.map { index in
      let step = steps[index]
      let resource = resources[step.service] ?? Resource(["service.name": .string(step.service)])
      resources[step.service] = resource
      let from = start + step.start * 1000
      return SpanData(
        traceID: trace, spanID: ids[index], parentSpanID: step.parent.map { ids[$0] } ?? .invalid, name: step.name,
        kind: step.kind, startTimeUnixNano: from, endTimeUnixNano: from + step.length * 1000,
        attributes: step.attributes,
        events: step.error.map {
          [SpanData.Event(name: "exception", timeUnixNano: from, attributes: ["exception.message": .string($0)])]
        } ?? [],
        status: step.error.map { .error($0) } ?? .unset, flags: 1, resource: resource, scope: scope)
    }
  }
}
