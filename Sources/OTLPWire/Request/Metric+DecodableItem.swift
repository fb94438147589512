package import TelemetrySDK

extension Metric: DecodableItem {
  /// Reads a `Metric`.
  package static func decode(
    _ reader: ProtobufReader, _ values: inout AttributeReader, _ resource: Resource, _ scope: InstrumentationScope
  ) throws(WireError) -> Metric {
    try values.metric(reader, resource, scope)
  }
}

// A message that occurs twice is merged; of the kinds of data, which exclude each other, the last wins.
extension AttributeReader {
  /// Reads a `Metric`.
  fileprivate mutating func metric(
    _ reader: ProtobufReader, _ resource: Resource, _ scope: InstrumentationScope
  ) throws(WireError) -> Metric {
    var reader = reader
    try count(reader)
    var metric = Metric(name: "", data: .empty, resource: resource, scope: scope)
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Metric.name: metric.name = try reader.string()
      case WireTags.Metric.description: metric.description = try reader.string()
      case WireTags.Metric.unit: metric.unit = try reader.string()
      case WireTags.Metric.metadata: metric.metadata.elements.append(try keyValue(try reader.message()))
      case WireTags.Metric.gauge: try gauge(try reader.message(), &metric.data)
      case WireTags.Metric.sum: try sum(try reader.message(), &metric.data)
      case WireTags.Metric.histogram: try histogram(try reader.message(), &metric.data)
      case WireTags.Metric.exponentialHistogram: try exponentialHistogram(try reader.message(), &metric.data)
      case WireTags.Metric.summary: try summary(try reader.message(), &metric.data)
      default: try reader.skip(tag)
      }
    }
    return metric
  }

  private mutating func gauge(_ reader: ProtobufReader, _ data: inout Metric.Data) throws(WireError) {
    var fields = MetricFields<Metric.NumberDataPoint>()
    if case .gauge(let earlier) = data { fields.dataPoints = earlier.dataPoints }
    data = .empty  // so that appending doesn't copy
    try fields.read(reader, &self)
    data = .gauge(Metric.Gauge(fields.dataPoints))
  }

  private mutating func sum(_ reader: ProtobufReader, _ data: inout Metric.Data) throws(WireError) {
    var fields = MetricFields<Metric.NumberDataPoint>()
    if case .sum(let earlier) = data {
      (fields.dataPoints, fields.temporality) = (earlier.dataPoints, earlier.temporality)
      fields.isMonotonic = earlier.isMonotonic
    }
    data = .empty
    try fields.read(reader, &self)
    data = .sum(Metric.Sum(fields.dataPoints, temporality: fields.temporality, isMonotonic: fields.isMonotonic))
  }

  private mutating func histogram(_ reader: ProtobufReader, _ data: inout Metric.Data) throws(WireError) {
    var fields = MetricFields<Metric.HistogramDataPoint>()
    if case .histogram(let earlier) = data {
      (fields.dataPoints, fields.temporality) = (earlier.dataPoints, earlier.temporality)
    }
    data = .empty
    try fields.read(reader, &self)
    data = .histogram(Metric.Histogram(fields.dataPoints, temporality: fields.temporality))
  }

  private mutating func exponentialHistogram(_ reader: ProtobufReader, _ data: inout Metric.Data) throws(WireError) {
    var fields = MetricFields<Metric.ExponentialHistogramDataPoint>()
    if case .exponentialHistogram(let earlier) = data {
      (fields.dataPoints, fields.temporality) = (earlier.dataPoints, earlier.temporality)
    }
    data = .empty
    try fields.read(reader, &self)
    data = .exponentialHistogram(
      Metric.ExponentialHistogram(fields.dataPoints, temporality: fields.temporality))
  }

  private mutating func summary(_ reader: ProtobufReader, _ data: inout Metric.Data) throws(WireError) {
    var fields = MetricFields<Metric.SummaryDataPoint>()
    if case .summary(let earlier) = data { fields.dataPoints = earlier.dataPoints }
    data = .empty
    try fields.read(reader, &self)
    data = .summary(Metric.Summary(fields.dataPoints))
  }
}

/// The fields of `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` or `Summary`.
private struct MetricFields<Point: ReadablePoint> {
  var dataPoints: [Point] = []
  var temporality = Metric.Temporality.unspecified
  var isMonotonic = false

  mutating func read(_ reader: ProtobufReader, _ attributes: inout AttributeReader) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.MetricData.dataPoints: dataPoints.append(try Point.read(try reader.message(), &attributes))
      case WireTags.MetricData.temporality:
        temporality = Metric.Temporality(rawValue: UInt8(clamping: try reader.varint())) ?? .unspecified
      case WireTags.MetricData.isMonotonic: isMonotonic = try reader.varint() != 0
      default: try reader.skip(tag)
      }
    }
  }
}
