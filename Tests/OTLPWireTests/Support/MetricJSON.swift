import TelemetryCore
import TelemetrySDK

/// Metrics as the JSON of an export request, written from the model by field name alone: the reference makes its bytes of it.
enum MetricJSON {
  static func request(_ metrics: [Metric]) -> String {
    // The order in which the encoder groups: by the first metric of each resource and scope, compared by contents.
    var groups: [(resource: Resource, scopes: [(scope: InstrumentationScope, metrics: [Metric])])] = []
    for metric in metrics {
      let resource = groups.firstIndex { $0.resource == metric.resource } ?? groups.endIndex
      if resource == groups.endIndex { groups.append((metric.resource, [])) }
      let scope =
        groups[resource].scopes.firstIndex { $0.scope == metric.scope }
        ?? groups[resource].scopes.endIndex
      if scope == groups[resource].scopes.endIndex { groups[resource].scopes.append((metric.scope, [])) }
      groups[resource].scopes[scope].metrics.append(metric)
    }
    return object([("resourceMetrics", array(groups.map { resourceMetrics($0.resource, $0.scopes) }))])
  }

  private static func resourceMetrics(
    _ resource: Resource, _ scopes: [(scope: InstrumentationScope, metrics: [Metric])]
  ) -> String {
    let owner = object([
      ("attributes", attributes(resource.attributes)), ("droppedAttributesCount", "\(resource.droppedAttributesCount)"),
    ])
    let scopes = array(scopes.map(scopeMetrics))
    return object(
      present("resource", owner, unless: resource.attributes.isEmpty && resource.droppedAttributesCount == 0)
        + [("schemaUrl", string(resource.schemaURL)), ("scopeMetrics", scopes)])
  }

  private static func scopeMetrics(_ scope: InstrumentationScope, _ metrics: [Metric]) -> String {
    let owner = object([
      ("name", string(scope.name)), ("version", string(scope.version)), ("attributes", attributes(scope.attributes)),
      ("droppedAttributesCount", "\(scope.droppedAttributesCount)"),
    ])
    let isEmpty =
      scope.name.isEmpty && scope.version.isEmpty && scope.attributes.isEmpty && scope.droppedAttributesCount == 0
    return object(
      present("scope", owner, unless: isEmpty) + [
        ("schemaUrl", string(scope.schemaURL)), ("metrics", array(metrics.map(metric))),
      ])
  }

  /// The encoder leaves out an empty owner.
  private static func present(_ name: String, _ owner: String, unless isEmpty: Bool) -> [(String, String)] {
    isEmpty ? [] : [(name, owner)]
  }

  private static func metric(_ metric: Metric) -> String {
    var fields = [
      ("name", string(metric.name)), ("description", string(metric.description)), ("unit", string(metric.unit)),
      ("metadata", attributes(metric.metadata)),
    ]
    switch metric.data {
    case .empty: break
    case .gauge(let gauge): fields.append(("gauge", object([("dataPoints", array(gauge.dataPoints.map(point)))])))
    case .sum(let sum):
      fields.append(
        (
          "sum",
          object([
            ("dataPoints", array(sum.dataPoints.map(point))), ("aggregationTemporality", "\(sum.temporality.rawValue)"),
            ("isMonotonic", "\(sum.isMonotonic)"),
          ])
        ))
    case .histogram(let data):
      fields.append(
        (
          "histogram",
          object([
            ("dataPoints", array(data.dataPoints.map(point))),
            ("aggregationTemporality", "\(data.temporality.rawValue)"),
          ])
        ))
    case .exponentialHistogram(let data):
      fields.append(
        (
          "exponentialHistogram",
          object([
            ("dataPoints", array(data.dataPoints.map(point))),
            ("aggregationTemporality", "\(data.temporality.rawValue)"),
          ])
        ))
    case .summary(let summary):
      fields.append(("summary", object([("dataPoints", array(summary.dataPoints.map(point)))])))
    }
    return object(fields)
  }

  // MARK: Data points

  private static func point(_ point: Metric.NumberDataPoint) -> String {
    object(
      common(point.attributes, point.startTimeUnixNano, point.timeUnixNano, point.flags) + value(point.value)
        + [("exemplars", array(point.exemplars.map(exemplar)))])
  }

  private static func point(_ point: Metric.HistogramDataPoint) -> String {
    object(
      common(point.attributes, point.startTimeUnixNano, point.timeUnixNano, point.flags)
        + optional(["sum": point.sum, "min": point.min, "max": point.max])
        + [
          ("count", "\"\(point.count)\""), ("bucketCounts", array(point.bucketCounts.map { "\"\($0)\"" })),
          ("explicitBounds", array(point.explicitBounds.map(double))),
          ("exemplars", array(point.exemplars.map(exemplar))),
        ])
  }

  private static func point(_ point: Metric.ExponentialHistogramDataPoint) -> String {
    var fields =
      common(point.attributes, point.startTimeUnixNano, point.timeUnixNano, point.flags)
      + optional(["sum": point.sum, "min": point.min, "max": point.max])
    fields += [
      ("count", "\"\(point.count)\""), ("scale", "\(point.scale)"), ("zeroCount", "\"\(point.zeroCount)\""),
      ("zeroThreshold", double(point.zeroThreshold)), ("exemplars", array(point.exemplars.map(exemplar))),
    ]
    for (name, buckets) in [("positive", point.positive), ("negative", point.negative)] {
      guard let buckets else { continue }
      let counts = array(buckets.bucketCounts.map { "\"\($0)\"" })
      fields.append((name, object([("offset", "\(buckets.offset)"), ("bucketCounts", counts)])))
    }
    return object(fields)
  }

  private static func point(_ point: Metric.SummaryDataPoint) -> String {
    let quantiles = point.quantileValues.map {
      object([("quantile", double($0.quantile)), ("value", double($0.value))])
    }
    return object(
      common(point.attributes, point.startTimeUnixNano, point.timeUnixNano, point.flags) + [
        ("count", "\"\(point.count)\""), ("sum", double(point.sum)), ("quantileValues", array(quantiles)),
      ])
  }

  private static func common(
    _ attributes: Attributes, _ start: UInt64, _ time: UInt64, _ flags: Metric.DataPointFlags
  ) -> [(String, String)] {
    [
      ("attributes", self.attributes(attributes)), ("startTimeUnixNano", "\"\(start)\""),
      ("timeUnixNano", "\"\(time)\""), ("flags", "\(flags.rawValue)"),
    ]
  }

  private static func exemplar(_ exemplar: Metric.Exemplar) -> String {
    object(
      [
        ("filteredAttributes", attributes(exemplar.filteredAttributes)),
        ("timeUnixNano", "\"\(exemplar.timeUnixNano)\""),
        ("traceId", exemplar.traceID.isValid ? "\"\(exemplar.traceID)\"" : "\"\""),
        ("spanId", exemplar.spanID.isValid ? "\"\(exemplar.spanID)\"" : "\"\""),
      ] + value(exemplar.value))
  }

  private static func value(_ value: Metric.Value?) -> [(String, String)] {
    switch value {
    case .int(let value): [("asInt", "\"\(value)\"")]
    case .double(let value): [("asDouble", double(value))]
    case nil: []
    }
  }

  // MARK: JSON

  private static func optional(_ fields: KeyValuePairs<String, Double?>) -> [(String, String)] {
    fields.compactMap { name, value in value.map { (name, double($0)) } }
  }

  private static func double(_ value: Double) -> String {
    if value.isNaN { return "\"NaN\"" }
    if value.isInfinite { return value > 0 ? "\"Infinity\"" : "\"-Infinity\"" }
    return "\(value)"
  }

  private static func attributes(_ attributes: Attributes) -> String {
    array(attributes.map { object([("key", string($0.key)), ("value", value($0.value))]) })
  }

  private static func value(_ value: AttributeValue) -> String {
    switch value {
    case .string(let text): object([("stringValue", string(text))])
    case .bool(let isTrue): object([("boolValue", "\(isTrue)")])
    case .int(let number): object([("intValue", "\"\(number)\"")])
    case .double(let number): object([("doubleValue", double(number))])
    case .bytes(let bytes): object([("bytesValue", "\"\(Base64.text(of: bytes))\"")])
    case .array(let list): object([("arrayValue", object([("values", array(list.map(self.value)))]))])
    case .map(let map): object([("kvlistValue", object([("values", attributes(map))]))])
    case .empty: "{}"
    }
  }

  private static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }

  private static func array(_ elements: [String]) -> String { "[" + elements.joined(separator: ",") + "]" }

  private static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<"\u{20}": result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
