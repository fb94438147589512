extension Metric {
  /// Reads the fields of OTLP's `Metric` that this module wrote.
  @unsafe
  init(decoding message: UnsafeRawBufferPointer, resource: Resource, scope: InstrumentationScope) {
    self.init(name: "", data: .empty, resource: resource, scope: scope)
    var fields = unsafe FieldReader(message)
    while let tag = fields.nextTag() { read(tag, &fields) }
  }

  private mutating func read(_ tag: UInt64, _ fields: inout FieldReader) {
    switch UInt8(truncatingIfNeeded: tag) {
    case WireTags.Metric.name: name = fields.string()
    case WireTags.Metric.description: description = fields.string()
    case WireTags.Metric.unit: unit = fields.string()
    case WireTags.Metric.gauge: data = .gauge(Gauge(DataFields(fields.message()).points()))
    case WireTags.Metric.sum:
      let content = DataFields(fields.message())
      data = .sum(Sum(content.points(), temporality: content.temporality, isMonotonic: content.isMonotonic))
    case WireTags.Metric.histogram:
      let content = DataFields(fields.message())
      data = .histogram(Histogram(content.points(), temporality: content.temporality))
    case WireTags.Metric.exponentialHistogram:
      let content = DataFields(fields.message())
      data = .exponentialHistogram(ExponentialHistogram(content.points(), temporality: content.temporality))
    case WireTags.Metric.summary: data = .summary(Summary(DataFields(fields.message()).points()))
    case WireTags.Metric.metadata: metadata.elements.append(.init(from: fields.message()))
    default: fields.skip(tag)
    }
  }
}

/// The fields of `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` or `Summary`.
private struct DataFields {
  private let fields: FieldReader
  private(set) var temporality = Metric.Temporality.unspecified
  private(set) var isMonotonic = false
  private var count = 0

  init(_ fields: FieldReader) {
    self.fields = fields
    var fields = fields
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case WireTags.MetricData.temporality:
        temporality = Metric.Temporality(rawValue: UInt8(truncatingIfNeeded: fields.varint())) ?? .unspecified
      case WireTags.MetricData.isMonotonic: isMonotonic = fields.varint() != 0
      case WireTags.MetricData.dataPoints:
        count += 1
        fields.skip(tag)
      default: fields.skip(tag)
      }
    }
  }

  func points<Point: DecodablePoint>() -> [Point] {
    var points: [Point] = []
    points.reserveCapacity(count)
    var fields = fields
    while let tag = fields.nextTag() {
      if tag == WireTags.MetricData.dataPoints {
        points.append(Point(from: fields.message()))
      } else {
        fields.skip(tag)
      }
    }
    return points
  }
}

/// A data point of any kind.
protocol DecodablePoint {
  init(from fields: FieldReader)
}
