extension Metric {
  /// Quantiles of measurements, for a set of attributes.
  @frozen
  public struct SummaryDataPoint: Hashable, Sendable {
    /// The value below which a fraction of the measurements lies.
    @frozen
    public struct ValueAtQuantile: Hashable, Sendable {
      /// The fraction, from 0 for the smallest measurement to 1 for the largest.
      public var quantile: Double
      /// The value.
      public var value: Double

      /// Makes a quantile.
      @inlinable
      public init(quantile: Double, value: Double) {
        self.quantile = quantile
        self.value = value
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
    /// The sum of the measurements.
    public var sum: Double
    /// The quantiles, ascending.
    public var quantileValues: [ValueAtQuantile]
    /// Properties of the data point.
    public var flags: DataPointFlags

    /// Makes a data point. No value is checked.
    @inlinable
    public init(
      attributes: Attributes = Attributes(), startTimeUnixNano: UInt64 = 0, timeUnixNano: UInt64, count: UInt64,
      sum: Double, quantileValues: [ValueAtQuantile] = [], flags: DataPointFlags = []
    ) {
      self.attributes = attributes
      self.startTimeUnixNano = startTimeUnixNano
      self.timeUnixNano = timeUnixNano
      self.count = count
      self.sum = sum
      self.quantileValues = quantileValues
      self.flags = flags
    }
  }
}
