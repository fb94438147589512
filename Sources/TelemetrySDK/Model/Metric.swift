/// A metric with its data points for export: OTLP's `Metric` with its resource and scope.
///
/// Data points come from a ``MetricProducer``, or from code that measures by itself: this package has no instruments and
/// aggregates nothing.
@frozen
public struct Metric: Hashable, Sendable {
  /// The data points, by the kind of the metric.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Data: Hashable, Sendable {
    /// No data.
    case empty
    /// The latest values of a measurement.
    case gauge(Gauge)
    /// Sums of measurements.
    case sum(Sum)
    /// Distributions over explicit buckets.
    case histogram(Histogram)
    /// Distributions over exponential buckets.
    case exponentialHistogram(ExponentialHistogram)
    /// Quantiles, from sources that have no histograms. They can't be aggregated further.
    case summary(Summary)
  }

  /// The interval that data points of sums and histograms cover.
  @frozen
  public enum Temporality: UInt8, Hashable, Sendable, CaseIterable {
    /// Unknown. Don't use this temporality as a default.
    case unspecified
    /// Since the last data point of the same attributes.
    case delta
    /// Since a fixed start.
    case cumulative
  }

  /// The name, unique in a scope.
  public var name: String
  /// A description of what is measured; empty for none.
  public var description: String
  /// The unit, in UCUM such as `By` or `{request}`; empty for none.
  public var unit: String
  /// The data points.
  public var data: Data
  /// Further properties of the metric, which don't identify a time series.
  public var metadata: Attributes
  /// The producer of the metric.
  public var resource: Resource
  /// The library that made the metric.
  public var scope: InstrumentationScope

  /// Makes a metric. No value is generated or checked.
  @inlinable
  public init(
    name: String, description: String = "", unit: String = "", data: Data, metadata: Attributes = Attributes(),
    resource: Resource = .empty, scope: InstrumentationScope = .empty
  ) {
    self.name = name
    self.description = description
    self.unit = unit
    self.data = data
    self.metadata = metadata
    self.resource = resource
    self.scope = scope
  }
}

extension Metric {
  /// The latest values of a measurement, such as a temperature.
  @frozen
  public struct Gauge: Hashable, Sendable {
    /// The values, by attributes.
    public var dataPoints: [NumberDataPoint]

    /// Makes a gauge.
    @inlinable
    public init(_ dataPoints: [NumberDataPoint]) { self.dataPoints = dataPoints }
  }

  /// Sums of measurements, such as a number of requests.
  @frozen
  public struct Sum: Hashable, Sendable {
    /// The sums, by attributes.
    public var dataPoints: [NumberDataPoint]
    /// The interval of the sums.
    public var temporality: Temporality
    /// True if the sums never decrease.
    public var isMonotonic: Bool

    /// Makes a sum.
    @inlinable
    public init(_ dataPoints: [NumberDataPoint], temporality: Temporality, isMonotonic: Bool) {
      self.dataPoints = dataPoints
      self.temporality = temporality
      self.isMonotonic = isMonotonic
    }
  }

  /// Distributions over explicit buckets.
  @frozen
  public struct Histogram: Hashable, Sendable {
    /// The distributions, by attributes.
    public var dataPoints: [HistogramDataPoint]
    /// The interval of the distributions.
    public var temporality: Temporality

    /// Makes a histogram.
    @inlinable
    public init(_ dataPoints: [HistogramDataPoint], temporality: Temporality) {
      self.dataPoints = dataPoints
      self.temporality = temporality
    }
  }

  /// Distributions over exponential buckets.
  @frozen
  public struct ExponentialHistogram: Hashable, Sendable {
    /// The distributions, by attributes.
    public var dataPoints: [ExponentialHistogramDataPoint]
    /// The interval of the distributions.
    public var temporality: Temporality

    /// Makes an exponential histogram.
    @inlinable
    public init(_ dataPoints: [ExponentialHistogramDataPoint], temporality: Temporality) {
      self.dataPoints = dataPoints
      self.temporality = temporality
    }
  }

  /// Quantiles, from sources that have no histograms.
  @frozen
  public struct Summary: Hashable, Sendable {
    /// The quantiles, by attributes.
    public var dataPoints: [SummaryDataPoint]

    /// Makes a summary.
    @inlinable
    public init(_ dataPoints: [SummaryDataPoint]) { self.dataPoints = dataPoints }
  }
}
