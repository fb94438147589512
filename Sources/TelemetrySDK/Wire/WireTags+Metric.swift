extension WireTags {
  package enum Metric {
    @inlinable package static var name: UInt8 { 0x0A }
    @inlinable package static var description: UInt8 { 0x12 }
    @inlinable package static var unit: UInt8 { 0x1A }
    @inlinable package static var gauge: UInt8 { 0x2A }
    @inlinable package static var sum: UInt8 { 0x3A }
    @inlinable package static var histogram: UInt8 { 0x4A }
    @inlinable package static var exponentialHistogram: UInt8 { 0x52 }
    @inlinable package static var summary: UInt8 { 0x5A }
    @inlinable package static var metadata: UInt8 { 0x62 }
  }

  /// `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` and `Summary`, as far as they have the fields.
  package enum MetricData {
    @inlinable package static var dataPoints: UInt8 { 0x0A }
    @inlinable package static var temporality: UInt8 { 0x10 }
    @inlinable package static var isMonotonic: UInt8 { 0x18 }
  }

  package enum NumberDataPoint {
    @inlinable package static var startTimeUnixNano: UInt8 { 0x11 }
    @inlinable package static var timeUnixNano: UInt8 { 0x19 }
    @inlinable package static var double: UInt8 { 0x21 }
    @inlinable package static var exemplars: UInt8 { 0x2A }
    @inlinable package static var int: UInt8 { 0x31 }
    @inlinable package static var attributes: UInt8 { 0x3A }
    @inlinable package static var flags: UInt8 { 0x40 }
  }

  package enum HistogramDataPoint {
    @inlinable package static var startTimeUnixNano: UInt8 { 0x11 }
    @inlinable package static var timeUnixNano: UInt8 { 0x19 }
    @inlinable package static var count: UInt8 { 0x21 }
    @inlinable package static var sum: UInt8 { 0x29 }
    @inlinable package static var bucketCount: UInt8 { 0x31 }
    @inlinable package static var bucketCounts: UInt8 { 0x32 }
    @inlinable package static var explicitBound: UInt8 { 0x39 }
    @inlinable package static var explicitBounds: UInt8 { 0x3A }
    @inlinable package static var exemplars: UInt8 { 0x42 }
    @inlinable package static var attributes: UInt8 { 0x4A }
    @inlinable package static var flags: UInt8 { 0x50 }
    @inlinable package static var min: UInt8 { 0x59 }
    @inlinable package static var max: UInt8 { 0x61 }
  }

  package enum ExponentialHistogramDataPoint {
    @inlinable package static var attributes: UInt8 { 0x0A }
    @inlinable package static var startTimeUnixNano: UInt8 { 0x11 }
    @inlinable package static var timeUnixNano: UInt8 { 0x19 }
    @inlinable package static var count: UInt8 { 0x21 }
    @inlinable package static var sum: UInt8 { 0x29 }
    @inlinable package static var scale: UInt8 { 0x30 }
    @inlinable package static var zeroCount: UInt8 { 0x39 }
    @inlinable package static var positive: UInt8 { 0x42 }
    @inlinable package static var negative: UInt8 { 0x4A }
    @inlinable package static var flags: UInt8 { 0x50 }
    @inlinable package static var exemplars: UInt8 { 0x5A }
    @inlinable package static var min: UInt8 { 0x61 }
    @inlinable package static var max: UInt8 { 0x69 }
    @inlinable package static var zeroThreshold: UInt8 { 0x71 }
  }

  package enum Buckets {
    @inlinable package static var offset: UInt8 { 0x08 }
    @inlinable package static var bucketCount: UInt8 { 0x10 }
    @inlinable package static var bucketCounts: UInt8 { 0x12 }
  }

  package enum SummaryDataPoint {
    @inlinable package static var startTimeUnixNano: UInt8 { 0x11 }
    @inlinable package static var timeUnixNano: UInt8 { 0x19 }
    @inlinable package static var count: UInt8 { 0x21 }
    @inlinable package static var sum: UInt8 { 0x29 }
    @inlinable package static var quantileValues: UInt8 { 0x32 }
    @inlinable package static var attributes: UInt8 { 0x3A }
    @inlinable package static var flags: UInt8 { 0x40 }
  }

  package enum ValueAtQuantile {
    @inlinable package static var quantile: UInt8 { 0x09 }
    @inlinable package static var value: UInt8 { 0x11 }
  }

  package enum Exemplar {
    @inlinable package static var timeUnixNano: UInt8 { 0x11 }
    @inlinable package static var double: UInt8 { 0x19 }
    @inlinable package static var spanID: UInt8 { 0x22 }
    @inlinable package static var traceID: UInt8 { 0x2A }
    @inlinable package static var int: UInt8 { 0x31 }
    @inlinable package static var filteredAttributes: UInt8 { 0x3A }
  }
}
