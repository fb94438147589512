extension Metric {
  /// A number.
  @frozen
  public enum Value: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    /// A signed integer.
    case int(Int64)
    /// A floating-point number, including NaN and the infinities.
    case double(Double)

    /// Makes an integer.
    @inlinable public init(integerLiteral value: Int64) { self = .int(value) }
    /// Makes a floating-point number.
    @inlinable public init(floatLiteral value: Double) { self = .double(value) }
  }

  /// Properties of a data point. Unknown bits are kept.
  @frozen
  public struct DataPointFlags: OptionSet, Hashable, Sendable {
    /// The value on the wire.
    public let rawValue: UInt32

    /// Makes flags from the value on the wire.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The point has no value: its time series has ended.
    @inlinable public static var noRecordedValue: DataPointFlags { DataPointFlags(rawValue: 1) }
  }

  /// A value of a gauge or a sum, for a set of attributes.
  @frozen
  public struct NumberDataPoint: Hashable, Sendable {
    /// The attributes, which differ between the data points of a metric.
    public var attributes: Attributes
    /// The begin of the interval, in nanoseconds since 1970; 0 if it is unknown.
    public var startTimeUnixNano: UInt64
    /// The time of the value, in nanoseconds since 1970.
    public var timeUnixNano: UInt64
    /// The value; nil for none.
    public var value: Value?
    /// Examples of the measurements.
    public var exemplars: [Exemplar]
    /// Properties of the data point.
    public var flags: DataPointFlags

    /// Makes a data point. No value is checked.
    @inlinable
    public init(
      _ value: Value?, attributes: Attributes = Attributes(), startTimeUnixNano: UInt64 = 0, timeUnixNano: UInt64,
      exemplars: [Exemplar] = [], flags: DataPointFlags = []
    ) {
      self.attributes = attributes
      self.startTimeUnixNano = startTimeUnixNano
      self.timeUnixNano = timeUnixNano
      self.value = value
      self.exemplars = exemplars
      self.flags = flags
    }
  }
}
