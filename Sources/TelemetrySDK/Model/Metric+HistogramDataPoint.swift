extension Metric {
  /// A distribution over explicit buckets, for a set of attributes.
  @frozen
  public struct HistogramDataPoint: Hashable, Sendable {
    /// The attributes, which differ between the data points of a metric.
    public var attributes: Attributes
    /// The begin of the interval, in nanoseconds since 1970; 0 if it is unknown.
    public var startTimeUnixNano: UInt64
    /// The end of the interval, in nanoseconds since 1970.
    public var timeUnixNano: UInt64
    /// The number of measurements.
    public var count: UInt64
    /// The sum of the measurements; nil if it is unknown.
    public var sum: Double?
    /// The smallest measurement; nil if it is unknown.
    public var min: Double?
    /// The largest measurement; nil if it is unknown.
    public var max: Double?
    /// The upper bounds of all buckets but the last, ascending. A bound belongs to the bucket below it.
    public var explicitBounds: [Double]
    /// The number of measurements in each bucket: one more than there are bounds, or none at all.
    public var bucketCounts: [UInt64]
    /// Examples of the measurements.
    public var exemplars: [Exemplar]
    /// Properties of the data point.
    public var flags: DataPointFlags

    /// Makes a data point. No value is checked.
    @inlinable
    public init(
      attributes: Attributes = Attributes(), startTimeUnixNano: UInt64 = 0, timeUnixNano: UInt64, count: UInt64,
      sum: Double? = nil, min: Double? = nil, max: Double? = nil, explicitBounds: [Double] = [],
      bucketCounts: [UInt64] = [], exemplars: [Exemplar] = [], flags: DataPointFlags = []
    ) {
      self.attributes = attributes
      self.startTimeUnixNano = startTimeUnixNano
      self.timeUnixNano = timeUnixNano
      self.count = count
      self.sum = sum
      self.min = min
      self.max = max
      self.explicitBounds = explicitBounds
      self.bucketCounts = bucketCounts
      self.exemplars = exemplars
      self.flags = flags
    }
  }
}
