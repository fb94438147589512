import TelemetrySDK

extension Metric {
  /// Metrics of all kinds, in which no field has its default value.
  static let full: [Metric] = {
    let resource = Resource(["k": 1], droppedAttributesCount: 18, schemaURL: "resource schema")
    let scope = InstrumentationScope(
      name: "scope", version: "1", attributes: ["k": 1], droppedAttributesCount: 19, schemaURL: "scope schema")
    let exemplars = [
      Exemplar(
        .int(-5), timeUnixNano: 1, filteredAttributes: ["k": "v"], traceID: TraceID(high: 1, low: 2), spanID: SpanID(3)),
      Exemplar(.double(0.5), timeUnixNano: 2),
    ]
    let numbers = [
      NumberDataPoint(
        .int(-1), attributes: ["k": 1], startTimeUnixNano: 1, timeUnixNano: 2, exemplars: exemplars,
        flags: .noRecordedValue),
      NumberDataPoint(
        .double(-1.5), attributes: ["string": "text", "bool": true, "double": 0.5, "bytes": .bytes([8])],
        startTimeUnixNano: 3, timeUnixNano: 4),
    ]
    let histogram = HistogramDataPoint(
      attributes: ["array": [9], "map": .map(["k": 1])], startTimeUnixNano: 5, timeUnixNano: 6, count: 7, sum: 8,
      min: 9, max: 10, explicitBounds: [11, 12], bucketCounts: [13, 14, 15], exemplars: exemplars,
      flags: .noRecordedValue)
    let exponential = ExponentialHistogramDataPoint(
      attributes: ["k": 1], startTimeUnixNano: 16, timeUnixNano: 17, count: 18, sum: 19, min: 20, max: 21, scale: -22,
      zeroCount: 23, zeroThreshold: 24, positive: .init(offset: -25, bucketCounts: [26, 300]),
      negative: .init(offset: 27, bucketCounts: [28]), exemplars: exemplars, flags: .noRecordedValue)
    let summary = SummaryDataPoint(
      attributes: ["k": 1], startTimeUnixNano: 29, timeUnixNano: 30, count: 31, sum: 32,
      quantileValues: [.init(quantile: 0.5, value: 33)], flags: .noRecordedValue)
    let data: [Data] = [
      .gauge(Gauge(numbers)), .sum(Sum(numbers, temporality: .delta, isMonotonic: true)),
      .histogram(Histogram([histogram], temporality: .cumulative)),
      .exponentialHistogram(ExponentialHistogram([exponential], temporality: .delta)), .summary(Summary([summary])),
    ]
    return data.map {
      Metric(
        name: "name", description: "description", unit: "unit", data: $0, metadata: ["meta": 1], resource: resource,
        scope: scope)
    }
  }()
}
