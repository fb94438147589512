/// The metrics of a telemetry component about itself, at one moment: a value to read or to pass to a metrics library.
///
/// Names, instruments, units and attributes follow OpenTelemetry's semantic conventions for SDK metrics (RULES 4.13);
/// names beyond the conventions begin with `swift_otlp.`. Counters count from the component's start. Every point has the
/// attributes `otel.component.type` and `otel.component.name`; the name numbers the components of a type in this process
/// from 0.
public struct SelfMetrics: Sendable, Hashable {
  /// The kind of a metric. Later versions may add instruments.
  public struct Instrument: Sendable, Hashable, CustomStringConvertible {
    /// The name in OpenTelemetry's metrics API, in Swift casing.
    public let description: String

    /// A sum that never decreases.
    public static var counter: Instrument { Instrument(description: "counter") }
    /// A sum that may decrease.
    public static var upDownCounter: Instrument { Instrument(description: "upDownCounter") }
    /// A distribution. The conventions define a single bucket, so there are no boundaries.
    public static var histogram: Instrument { Instrument(description: "histogram") }
  }

  /// The value for a set of attributes. Later versions may add kinds.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Value: Sendable, Hashable {
    /// The value of a counter or an up-down counter.
    case sum(Int)
    /// The value of a histogram: the number of observations, and their sum in the metric's unit.
    case histogram(count: Int, sum: Double)
  }

  /// A value with attributes.
  public struct Point: Sendable, Hashable {
    /// The attributes, which differ between the points of a metric.
    public var attributes: Attributes
    /// The value.
    public var value: Value

    /// Makes a point.
    public init(_ attributes: Attributes, _ value: Value) {
      self.attributes = attributes
      self.value = value
    }
  }

  /// All points of a name.
  public struct Metric: Sendable, Hashable {
    /// The name, such as `otel.sdk.exporter.span.exported`.
    public var name: String
    /// The kind of the metric.
    public var instrument: Instrument
    /// The unit in UCUM: `{span}`, `s`, `By`.
    public var unit: String
    /// A description in one sentence.
    public var description: String
    /// The values, by sets of attributes, in a stable order.
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

  /// The kind of a component's items, which the names of metrics contain. Later versions may add kinds.
  public struct Item: Sendable, Hashable {
    /// The name in the conventions: `span`, `log`, `metric_data_point`.
    public let rawValue: String
    /// The unit of counts, in UCUM: `{span}`.
    public let unit: String

    /// Spans.
    public static var span: Item { Item(rawValue: "span", unit: "{span}") }
    /// Log records.
    public static var log: Item { Item(rawValue: "log", unit: "{log_record}") }
    /// Metric points.
    public static var metricDataPoint: Item { Item(rawValue: "metric_data_point", unit: "{data_point}") }

    /// The items of a signal.
    public init(_ signal: OTLPSignal) {
      switch signal {
      case .traces: self = .span
      case .metrics: self = .metricDataPoint
      case .logs: self = .log
      }
    }

    private init(rawValue: String, unit: String) {
      self.rawValue = rawValue
      self.unit = unit
    }
  }

  /// The metrics, with unique names.
  public private(set) var metrics: [Metric] = []

  /// No metrics.
  public init() {}

  /// Collects metrics. Metrics with equal names are merged.
  public init(_ metrics: some Sequence<Metric>) {
    for metric in metrics { add(metric) }
  }

  /// The metric of a name, or nil if there is no such metric.
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
  /// Each point on a line: `name{key=value,…} value`.
  public var description: String {
    metrics.flatMap { metric in
      metric.points.map { "\(metric.name){\(SelfMetrics.text($0.attributes))} \(SelfMetrics.text($0.value))" }
    }.joined(separator: "\n")
  }

  private static func text(_ attributes: Attributes) -> String {
    attributes.map { "\($0.key)=\(ReadableText.value($0.value))" }.joined(separator: ",")
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .sum(let sum): "\(sum)"
    case .histogram(let count, let sum): "count \(count) sum \(sum)"
    }
  }
}
