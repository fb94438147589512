package import TelemetrySDK

extension StandardWorkload {
  /// Log record number `index`, from 0: it belongs to the span of that number, and its attributes are six of the span's ten.
  package func logRecord(_ index: Int, timeUnixNano: UInt64) -> LogRecord {
    let span = span(index, startTimeUnixNano: timeUnixNano)
    let isError = span.status.code == .error
    return LogRecord(
      timeUnixNano: timeUnixNano, observedTimeUnixNano: timeUnixNano &+ 1000, severity: isError ? .error : .info,
      severityText: isError ? "error" : "info",
      body: .string("\(span.name) was answered after \((span.endTimeUnixNano &- timeUnixNano) / 1_000_000) ms"),
      attributes: Attributes(span.attributes.prefix(6).map { ($0.key, $0.value) }), flags: 1, traceID: span.traceID,
      spanID: span.spanID, resource: Self.resource, scope: Self.scope)
  }

  /// The metrics of a collection with one data point for each index: a counter, an up-down counter, a gauge and a histogram, whose
  /// data points differ in an attribute.
  package func metrics(
    _ indices: Range<Int>, timeUnixNano: UInt64, resource: Resource, attributes: [Attributes.Element] = []
  ) -> [Metric] {
    let share = (indices.count + 3) / 4
    let parts = stride(from: indices.lowerBound, to: indices.upperBound, by: max(share, 1)).map {
      $0..<min($0 + share, indices.upperBound)
    }
    return zip(parts, 0...).map { part, kind in
      Metric(
        name: Self.metrics[kind].name, description: Self.metrics[kind].description, unit: Self.metrics[kind].unit,
        data: data(kind, part, timeUnixNano, attributes), resource: resource, scope: Self.scope)
    }
  }

  private static let metrics = [
    (name: "http.server.request.count", description: "Requests that were answered", unit: "{request}"),
    (name: "http.server.active_requests", description: "Requests that are being answered", unit: "{request}"),
    (name: "process.memory.usage", description: "Memory in use", unit: "By"),
    (name: "http.server.request.duration", description: "Duration of requests", unit: "s"),
  ]

  private func data(
    _ kind: Int, _ indices: Range<Int>, _ time: UInt64, _ attributes: [Attributes.Element]
  ) -> Metric.Data {
    let start = time &- 60_000_000_000
    func number(_ index: Int, _ value: Metric.Value) -> Metric.NumberDataPoint {
      Metric.NumberDataPoint(
        value, attributes: pointAttributes(index, attributes), startTimeUnixNano: kind == 2 ? 0 : start,
        timeUnixNano: time)
    }
    switch kind {
    case 0, 1:
      return .sum(
        Metric.Sum(
          indices.map { number($0, .int(Int64($0 % 1000))) }, temporality: .cumulative, isMonotonic: kind == 0))
    case 2: return .gauge(Metric.Gauge(indices.map { number($0, .double(Double($0 % 4096) * 1024.5)) }))
    default:
      return .histogram(
        Metric.Histogram(indices.map { histogram($0, start, time, attributes) }, temporality: .cumulative))
    }
  }

  private func histogram(
    _ index: Int, _ start: UInt64, _ time: UInt64, _ attributes: [Attributes.Element]
  ) -> Metric.HistogramDataPoint {
    let counts = (0..<6).map { UInt64(Self.mix(seed, UInt64(index * 6 + $0)) % 100) }
    let count = counts.reduce(0, +)
    return Metric.HistogramDataPoint(
      attributes: pointAttributes(index, attributes), startTimeUnixNano: start, timeUnixNano: time, count: count,
      sum: Double(count) * 0.0625, explicitBounds: [0.005, 0.025, 0.1, 0.5, 2.5], bucketCounts: counts)
  }

  private func pointAttributes(_ index: Int, _ attributes: [Attributes.Element]) -> Attributes {
    var result: Attributes = [
      "http.request.method": .string(Self.methods[index % 8]), "http.route": .string(Self.routes[index % 8]),
      "http.response.status_code": .int(Self.statusCodes[index % 8]), "app.series": .int(Int64(index)),
    ]
    for element in attributes { result[element.key] = element.value }
    return result
  }
}
