extension WireTags {
  enum Metric {
    static var name: UInt8 { 0x0A }
    static var description: UInt8 { 0x12 }
    static var unit: UInt8 { 0x1A }
    static var gauge: UInt8 { 0x2A }
    static var sum: UInt8 { 0x3A }
    static var histogram: UInt8 { 0x4A }
    static var exponentialHistogram: UInt8 { 0x52 }
    static var summary: UInt8 { 0x5A }
    static var metadata: UInt8 { 0x62 }
  }

  /// `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` and `Summary`, as far as they have the fields.
  enum MetricData {
    static var dataPoints: UInt8 { 0x0A }
    static var temporality: UInt8 { 0x10 }
    static var isMonotonic: UInt8 { 0x18 }
  }

  enum NumberDataPoint {
    static var startTimeUnixNano: UInt8 { 0x11 }
    static var timeUnixNano: UInt8 { 0x19 }
    static var double: UInt8 { 0x21 }
    static var exemplars: UInt8 { 0x2A }
    static var int: UInt8 { 0x31 }
    static var attributes: UInt8 { 0x3A }
    static var flags: UInt8 { 0x40 }
  }

  enum HistogramDataPoint {
    static var startTimeUnixNano: UInt8 { 0x11 }
    static var timeUnixNano: UInt8 { 0x19 }
    static var count: UInt8 { 0x21 }
    static var sum: UInt8 { 0x29 }
    static var bucketCounts: UInt8 { 0x32 }
    static var explicitBounds: UInt8 { 0x3A }
    static var exemplars: UInt8 { 0x42 }
    static var attributes: UInt8 { 0x4A }
    static var flags: UInt8 { 0x50 }
    static var min: UInt8 { 0x59 }
    static var max: UInt8 { 0x61 }
  }

  enum ExponentialHistogramDataPoint {
    static var attributes: UInt8 { 0x0A }
    static var startTimeUnixNano: UInt8 { 0x11 }
    static var timeUnixNano: UInt8 { 0x19 }
    static var count: UInt8 { 0x21 }
    static var sum: UInt8 { 0x29 }
    static var scale: UInt8 { 0x30 }
    static var zeroCount: UInt8 { 0x39 }
    static var positive: UInt8 { 0x42 }
    static var negative: UInt8 { 0x4A }
    static var flags: UInt8 { 0x50 }
    static var exemplars: UInt8 { 0x5A }
    static var min: UInt8 { 0x61 }
    static var max: UInt8 { 0x69 }
    static var zeroThreshold: UInt8 { 0x71 }
  }

  enum Buckets {
    static var offset: UInt8 { 0x08 }
    static var bucketCounts: UInt8 { 0x12 }
  }

  enum SummaryDataPoint {
    static var startTimeUnixNano: UInt8 { 0x11 }
    static var timeUnixNano: UInt8 { 0x19 }
    static var count: UInt8 { 0x21 }
    static var sum: UInt8 { 0x29 }
    static var quantileValues: UInt8 { 0x32 }
    static var attributes: UInt8 { 0x3A }
    static var flags: UInt8 { 0x40 }
  }

  enum ValueAtQuantile {
    static var quantile: UInt8 { 0x09 }
    static var value: UInt8 { 0x11 }
  }

  enum Exemplar {
    static var timeUnixNano: UInt8 { 0x11 }
    static var double: UInt8 { 0x19 }
    static var spanID: UInt8 { 0x22 }
    static var traceID: UInt8 { 0x2A }
    static var int: UInt8 { 0x31 }
    static var filteredAttributes: UInt8 { 0x3A }
  }
}
