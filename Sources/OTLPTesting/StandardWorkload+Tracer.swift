package import TelemetrySDK

extension StandardWorkload {
  /// Starts span number `index` with a tracer, now, and sets what ``span(_:)`` has, but the status.
  /// - Parameter parent: The context to start in; nil for the workload's own, which is remote.
  package func start(_ index: Int, _ tracer: TelemetryTracer, parent: TraceContext? = nil) -> RecordingSpan {
    let index = index & .max
    let number = UInt64(index)
    let high = Self.mix(seed, 4 &* number)
    let low = Self.mix(seed, 4 &* number &+ 1)
    let caller = SpanContext(
      traceID: TraceID(high: high, low: low), spanID: SpanID(Self.mix(seed, 4 &* number &+ 3)), flags: .sampled,
      isRemote: true)
    let span = tracer.startSpan(Self.names[index % 8], kind: .server, parent: parent ?? TraceContext(caller))
    Self.setAttributes(of: span, index, bodySize: Int(Self.mix(seed, number) % 100_000))
    span.addEvent("db.query.start") { attributes in
      attributes.set("db.system.name", "postgresql")
      attributes.set("db.operation.batch.size", 1 + index % 50)
    }
    span.addEvent("db.query.end") { attributes in
      attributes.set("db.collection.name", "users")
      attributes.set("db.response.returned_rows", index % 200)
    }
    span.addLink(SpanContext(traceID: TraceID(high: low, low: high), spanID: caller.spanID))
    return span
  }

  private static func setAttributes(of span: RecordingSpan, _ index: Int, bodySize: Int) {
    span.setAttribute("http.request.method", methods[index % 8])
    span.setAttribute("http.route", routes[index % 8])
    span.setAttribute("url.path", "/api/v1/users/\(100_000 + index % 900_000)")
    span.setAttribute("server.address", "api-\(index % 10).prod.example.com")
    span.setAttribute("user_agent.original", "Mozilla/5.0 (X11; Linux)")
    span.setAttribute("client.address", "10.\(index % 256).\(index / 7 % 256).\(index / 13 % 256)")
    span.setAttribute("http.response.status_code", statusCodes[index % 8])
    span.setAttribute("http.response.body.size", bodySize)
    span.setAttribute("app.cache.hit_ratio", Double(index % 1000) / 1000)
    span.setAttribute("app.authenticated", index % 3 != 0)
  }

  /// The status of span number `index`.
  package func status(_ index: Int) -> SpanData.Status { Self.status(index) }
}
