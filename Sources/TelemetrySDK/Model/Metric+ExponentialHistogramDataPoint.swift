extension Metric {
  /// A distribution over exponential buckets, for a set of attributes.
  @frozen
  public struct ExponentialHistogramDataPoint: Hashable, Sendable {
    /// Consecutive buckets. Bucket `offset + i` has the measurements above base^(offset + i), up to base^(offset + i + 1).
    @frozen
    public struct Buckets: Hashable, Sendable {
      /// The index of the first bucket.
      public var offset: Int32
      /// The number of measurements in each bucket.
      public var bucketCounts: [UInt64]

      /// Makes buckets.
      @inlinable
      public init(offset: Int32 = 0, bucketCounts: [UInt64] = []) {
        self.offset = offset
        self.bucketCounts = bucketCounts
      }
    }

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
    /// The resolution: the base of the buckets is 2^(2^-scale).
    public var scale: Int32
    /// The number of measurements that count as zero.
    public var zeroCount: UInt64
    /// The largest absolute value that counts as zero.
    public var zeroThreshold: Double
    /// The buckets of positive measurements; nil for none.
    public var positive: Buckets?
    /// The buckets of negative measurements, by their absolute values; nil for none.
    public var negative: Buckets?
    /// Examples of the measurements.
    public var exemplars: [Exemplar]
    /// Properties of the data point.
    public var flags: DataPointFlags

    /// Makes a data point. No value is checked.
    @inlinable
    public init(
      attributes: Attributes = Attributes(), startTimeUnixNano: UInt64 = 0, timeUnixNano: UInt64, count: UInt64,
      sum: Double? = nil, min: Double? = nil, max: Double? = nil, scale: Int32, zeroCount: UInt64 = 0,
      zeroThreshold: Double = 0, positive: Buckets? = nil, negative: Buckets? = nil, exemplars: [Exemplar] = [],
      flags: DataPointFlags = []
    ) {
      self.attributes = attributes
      self.startTimeUnixNano = startTimeUnixNano
      self.timeUnixNano = timeUnixNano
      self.count = count
      self.sum = sum
      self.min = min
      self.max = max
      self.scale = scale
      self.zeroCount = zeroCount
      self.zeroThreshold = zeroThreshold
      self.positive = positive
      self.negative = negative
      self.exemplars = exemplars
      self.flags = flags
    }
  }
}
