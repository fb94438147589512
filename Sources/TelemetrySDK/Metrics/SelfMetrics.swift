/// What a component of telemetry measures of itself, at one moment: a value to read or to hand to a metrics library.
///
/// Names, instruments, units and attributes are those of OpenTelemetry's semantic conventions for SDK metrics
/// (RULES 4.13); what those have no name for begins with `swift_otlp.`. Counters count from the component's
/// start. Every point has `otel.component.type` and `otel.component.name`; the name counts the components of a type in
/// this process from 0.
public struct SelfMetrics: Sendable, Hashable {
  /// How a metric's values behave. There may be more instruments in later versions.
  public struct Instrument: Sendable, Hashable, CustomStringConvertible {
    /// The name by OpenTelemetry's metrics API, in Swift casing.
    public let description: String

    /// A sum that only grows.
    public static var counter: Instrument { Instrument(description: "counter") }
    /// A sum that grows and shrinks.
    public static var upDownCounter: Instrument { Instrument(description: "upDownCounter") }
    /// A distribution; by the conventions one of a single bucket, so there are no boundaries.
    public static var histogram: Instrument { Instrument(description: "histogram") }
  }

  /// What was measured under one set of attributes. There may be more kinds in later versions.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Value: Sendable, Hashable {
    /// Of a counter and an up-down counter.
    case sum(Int)
    /// Of a histogram: how many observations there were, and their sum in the metric's unit.
    case histogram(count: Int, sum: Double)
  }

  /// A value and its attributes.
  public struct Point: Sendable, Hashable {
    /// What tells the point from the metric's others.
    public var attributes: Attributes
    /// What was measured.
    public var value: Value

    /// Makes a point.
    public init(_ attributes: Attributes, _ value: Value) {
      self.attributes = attributes
      self.value = value
    }
  }

  /// Everything that was measured under one name.
  public struct Metric: Sendable, Hashable {
    /// The name, such as `otel.sdk.exporter.span.exported`.
    public var name: String
    /// How its values behave.
    public var instrument: Instrument
    /// The unit in UCUM: `{span}`, `s`, `By`.
    public var unit: String
    /// One sentence on what it is.
    public var description: String
    /// The values; one for each set of attributes that has occurred, in a stable order.
    public var points: [Point]

    /// Makes a metric.
    public init(_ name: String, _ instrument: Instrument, unit: String, description: String, points: [Point]) {
      self.name = name
      self.instrument = instrument
      self.unit = unit
      self.description = description
      self.points = points
    }
  }

  /// What a component handles, and so what its metrics are named after. There may be more in later versions.
  public struct Item: Sendable, Hashable {
    /// The name by the conventions: `span`, `log`, `metric_data_point`.
    public let rawValue: String
    /// The unit that counts them, in UCUM: `{span}`.
    public let unit: String

    /// Spans.
    public static var span: Item { Item(rawValue: "span", unit: "{span}") }
    /// Log records.
    public static var log: Item { Item(rawValue: "log", unit: "{log_record}") }
    /// Metric points.
    public static var metricDataPoint: Item { Item(rawValue: "metric_data_point", unit: "{data_point}") }
  }

  /// The metrics; each name stands once.
  public private(set) var metrics: [Metric] = []

  /// No metrics.
  public init() {}

  /// Metrics, of which those of equal names become one.
  public init(_ metrics: some Sequence<Metric>) {
    for metric in metrics { add(metric) }
  }

  /// The metric of a name; nil if the component doesn't measure that.
  public subscript(name: String) -> Metric? { metrics.first { $0.name == name } }

  /// The metrics of two components, such as a processor and its exporter.
  public static func + (left: SelfMetrics, right: SelfMetrics) -> SelfMetrics {
    SelfMetrics(left.metrics + right.metrics)
  }

  private mutating func add(_ metric: Metric) {
    if let index = metrics.firstIndex(where: { $0.name == metric.name }) {
      metrics[index].points += metric.points
    } else {
      metrics.append(metric)
    }
  }
}

extension SelfMetrics: CustomStringConvertible {
  /// One line for each point: `name{key=value,…} value`.
  public var description: String {
    metrics.flatMap { metric in
      metric.points.map { "\(metric.name){\(SelfMetrics.text($0.attributes))} \(SelfMetrics.text($0.value))" }
    }.joined(separator: "\n")
  }

  private static func text(_ attributes: Attributes) -> String {
    attributes.map { "\($0.key)=\(SpanText.value($0.value))" }.joined(separator: ",")
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .sum(let sum): "\(sum)"
    case .histogram(let count, let sum): "count \(count) sum \(sum)"
    }
  }
}
