public import TelemetrySDK

/// Spans like those of a busy HTTP service. A span depends only on its index, on every machine.
///
/// Each span has ten attributes, two events with two attributes each, and a link. 512 spans make a request of 338,552
/// bytes. Tests, benchmarks and `otlp load` use this workload.
public struct StandardWorkload: Sendable {
  /// The resource of all spans.
  public static let resource = Resource([
    "service.name": "checkout-service", "service.version": "1.42.0", "host.name": "ip-10-0-12-34.ec2.internal",
    "process.pid": 4242, "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.language": "swift",
  ])
  /// The scope of all spans.
  public static let scope = InstrumentationScope(name: "peers.bench", version: "0.1.0")

  static let methods = ["GET", "POST", "GET", "PUT", "DELETE", "GET", "GET", "POST"]
  static let routes = [
    "/api/v1/users/{id}", "/api/v1/orders", "/api/v1/orders/{id}/items", "/api/v1/users/{id}/profile",
    "/api/v1/sessions/{id}", "/healthz", "/api/v1/search", "/api/v1/payments/{id}/capture",
  ]
  static let names = zip(methods, routes).map { $0 + " " + $1 }
  static let statusCodes: [Int64] = [200, 200, 200, 201, 204, 404, 500, 302]

  let seed: UInt64
  private let startTimeUnixNano: UInt64?

  /// The standard spans, with fixed ids and times in 2025.
  public init() {
    seed = 42
    startTimeUnixNano = nil
  }

  /// Spans with ids that differ from those of any other `seed`, and that all start at `startTimeUnixNano`.
  public init(seed: UInt64, startTimeUnixNano: UInt64) {
    self.seed = Self.mix(seed, 0)
    self.startTimeUnixNano = startTimeUnixNano
  }

  /// Span number `index`, from 0.
  public func span(_ index: Int) -> SpanData {
    span(index, startTimeUnixNano: startTimeUnixNano)
  }

  /// Span number `index`, from 0, with another start, or the fixed start if nil.
  public func span(_ index: Int, startTimeUnixNano: UInt64?) -> SpanData {
    let index = index & .max
    let number = UInt64(index)
    let start = startTimeUnixNano ?? 1_760_000_000_000_000_000 &+ number &* 1_000_003
    let random = Self.mix(seed, number)
    let high = Self.mix(seed, 4 &* number)
    let low = Self.mix(seed, 4 &* number &+ 1)
    let parent = SpanID(Self.mix(seed, 4 &* number &+ 3))
    return SpanData(
      traceID: TraceID(high: high, low: low), spanID: SpanID(Self.mix(seed, 4 &* number &+ 2)), parentSpanID: parent,
      name: Self.names[index % 8], kind: .server, startTimeUnixNano: start,
      endTimeUnixNano: start &+ 5_000_000 &+ random % 50_000_000,
      attributes: Self.attributes(index, bodySize: Int64(random % 100_000)),
      events: Self.events(index, start),
      links: [SpanData.Link(traceID: TraceID(high: low, low: high), spanID: parent)],
      status: Self.status(index), resource: Self.resource, scope: Self.scope)
  }

  /// The spans of the range, in order.
  public func spans(_ range: Range<Int>) -> [SpanData] { range.map { span($0) } }

  static func status(_ index: Int) -> SpanData.Status {
    statusCodes[(index & .max) % 8] >= 500 ? .error("upstream timed out") : .ok
  }

  private static func attributes(_ index: Int, bodySize: Int64) -> Attributes {
    Attributes(unchecked: [
      Attributes.Element("http.request.method", .string(methods[index % 8])),
      Attributes.Element("http.route", .string(routes[index % 8])),
      Attributes.Element("url.path", .string("/api/v1/users/\(100_000 + index % 900_000)")),
      Attributes.Element("server.address", .string("api-\(index % 10).prod.example.com")),
      Attributes.Element("user_agent.original", .string("Mozilla/5.0 (X11; Linux)")),
      Attributes.Element("client.address", .string("10.\(index % 256).\(index / 7 % 256).\(index / 13 % 256)")),
      Attributes.Element("http.response.status_code", .int(statusCodes[index % 8])),
      Attributes.Element("http.response.body.size", .int(bodySize)),
      Attributes.Element("app.cache.hit_ratio", .double(Double(index % 1000) / 1000)),
      Attributes.Element("app.authenticated", .bool(index % 3 != 0)),
    ])
  }

  private static func events(_ index: Int, _ start: UInt64) -> [SpanData.Event] {
    [
      SpanData.Event(
        name: "db.query.start", timeUnixNano: start &+ 1_000_000,
        attributes: Attributes(unchecked: [
          Attributes.Element("db.system.name", "postgresql"),
          Attributes.Element("db.operation.batch.size", .int(Int64(1 + index % 50))),
        ])),
      SpanData.Event(
        name: "db.query.end", timeUnixNano: start &+ 4_000_000,
        attributes: Attributes(unchecked: [
          Attributes.Element("db.collection.name", "users"),
          Attributes.Element("db.response.returned_rows", .int(Int64(index % 200))),
        ])),
    ]
  }

  /// SplitMix64's output for the state `state` + `counter`.
  static func mix(_ state: UInt64, _ counter: UInt64) -> UInt64 {
    var value = state &+ counter &+ 0x9E37_79B9_7F4A_7C15
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
