extension FieldTag {
  enum Metric {
    static var name: UInt32 { delimited(1) }
    static var description: UInt32 { delimited(2) }
    static var unit: UInt32 { delimited(3) }
    static var gauge: UInt32 { delimited(5) }
    static var sum: UInt32 { delimited(7) }
    static var histogram: UInt32 { delimited(9) }
    static var exponentialHistogram: UInt32 { delimited(10) }
    static var summary: UInt32 { delimited(11) }
    static var metadata: UInt32 { delimited(12) }
  }

  /// `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` and `Summary`, as far as they have the fields.
  enum MetricData {
    static var dataPoints: UInt32 { delimited(1) }
    static var temporality: UInt32 { varint(2) }
    static var isMonotonic: UInt32 { varint(3) }
  }

  enum NumberDataPoint {
    static var startTimeUnixNano: UInt32 { fixed64(2) }
    static var timeUnixNano: UInt32 { fixed64(3) }
    static var double: UInt32 { fixed64(4) }
    static var exemplars: UInt32 { delimited(5) }
    static var int: UInt32 { fixed64(6) }
    static var attributes: UInt32 { delimited(7) }
    static var flags: UInt32 { varint(8) }
  }

  enum HistogramDataPoint {
    static var startTimeUnixNano: UInt32 { fixed64(2) }
    static var timeUnixNano: UInt32 { fixed64(3) }
    static var count: UInt32 { fixed64(4) }
    static var sum: UInt32 { fixed64(5) }
    static var bucketCount: UInt32 { fixed64(6) }
    static var bucketCounts: UInt32 { delimited(6) }
    static var explicitBound: UInt32 { fixed64(7) }
    static var explicitBounds: UInt32 { delimited(7) }
    static var exemplars: UInt32 { delimited(8) }
    static var attributes: UInt32 { delimited(9) }
    static var flags: UInt32 { varint(10) }
    static var min: UInt32 { fixed64(11) }
    static var max: UInt32 { fixed64(12) }
  }

  enum ExponentialHistogramDataPoint {
    static var attributes: UInt32 { delimited(1) }
    static var startTimeUnixNano: UInt32 { fixed64(2) }
    static var timeUnixNano: UInt32 { fixed64(3) }
    static var count: UInt32 { fixed64(4) }
    static var sum: UInt32 { fixed64(5) }
    static var scale: UInt32 { varint(6) }
    static var zeroCount: UInt32 { fixed64(7) }
    static var positive: UInt32 { delimited(8) }
    static var negative: UInt32 { delimited(9) }
    static var flags: UInt32 { varint(10) }
    static var exemplars: UInt32 { delimited(11) }
    static var min: UInt32 { fixed64(12) }
    static var max: UInt32 { fixed64(13) }
    static var zeroThreshold: UInt32 { fixed64(14) }
  }

  enum Buckets {
    static var offset: UInt32 { varint(1) }
    static var bucketCount: UInt32 { varint(2) }
    static var bucketCounts: UInt32 { delimited(2) }
  }

  enum SummaryDataPoint {
    static var startTimeUnixNano: UInt32 { fixed64(2) }
    static var timeUnixNano: UInt32 { fixed64(3) }
    static var count: UInt32 { fixed64(4) }
    static var sum: UInt32 { fixed64(5) }
    static var quantileValues: UInt32 { delimited(6) }
    static var attributes: UInt32 { delimited(7) }
    static var flags: UInt32 { varint(8) }
  }

  enum ValueAtQuantile {
    static var quantile: UInt32 { fixed64(1) }
    static var value: UInt32 { fixed64(2) }
  }

  enum Exemplar {
    static var timeUnixNano: UInt32 { fixed64(2) }
    static var double: UInt32 { fixed64(3) }
    static var spanID: UInt32 { delimited(4) }
    static var traceID: UInt32 { delimited(5) }
    static var int: UInt32 { fixed64(6) }
    static var filteredAttributes: UInt32 { delimited(7) }
  }
}
