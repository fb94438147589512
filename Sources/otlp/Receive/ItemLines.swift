internal import TelemetryCore
package import TelemetrySDK

/// Log records and metrics as lines for a terminal. Keeps a bounded number until they are taken.
package struct ItemLines {
  private let limit: Int
  private let isVerbose: Bool
  private var lines: [String] = []
  private var discarded = 0

  /// - Parameter isVerbose: If true, all of a record is shown, in several lines.
  package init(isVerbose: Bool, limit: Int = 10_000) {
    self.isVerbose = isVerbose
    self.limit = limit
  }

  package mutating func add(_ records: [LogRecord]) {
    for record in records where hasRoom() { lines.append(isVerbose ? record.readableText : Self.line(record)) }
  }

  package mutating func add(_ metrics: [Metric]) {
    for metric in metrics where hasRoom() { lines.append(Self.line(metric)) }
  }

  private mutating func hasRoom() -> Bool {
    if lines.count < limit { return true }
    discarded += 1
    return false
  }

  /// Takes the lines, without line breaks at their ends, and the number of those that were discarded.
  package mutating func take() -> (lines: [String], discarded: Int) {
    defer { (lines, discarded) = ([], 0) }
    return (lines, discarded)
  }

  /// `15:04:05.000123  WARN  checkout  the disk is nearly full  free=7`
  static func line(_ record: LogRecord) -> String {
    let time = record.timeUnixNano == 0 ? record.observedTimeUnixNano : record.timeUnixNano
    let severity = record.severity.shortName.isEmpty ? record.severityText : record.severity.shortName
    let attributes = record.attributes.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    return [
      TimeOfDay(unixNano: time).text, severity, service(record.resource), record.eventName,
      record.body.map { "\($0)" } ?? "", attributes,
    ].filter { !$0.isEmpty }.joined(separator: "  ").sanitized()
  }

  /// `15:04:05.000123  checkout  http.server.request.count {request}  sum, 12 data points`; a single number is shown.
  static func line(_ metric: Metric) -> String {
    let (kind, time, value) = summary(metric.data)
    let count = metric.dataPointCount
    let points = value ?? "\(count) data point\(count == 1 ? "" : "s")"
    return [
      TimeOfDay(unixNano: time).text, service(metric.resource),
      metric.name + (metric.unit.isEmpty ? "" : " \(metric.unit)"), "\(kind), \(points)",
    ].filter { !$0.isEmpty }.joined(separator: "  ").sanitized()
  }

  private static func service(_ resource: Resource) -> String {
    resource.attributes["service.name"].map { "\($0)" } ?? ""
  }

  private static func summary(_ data: Metric.Data) -> (kind: String, time: UInt64, value: String?) {
    switch data {
    case .empty: ("no data", 0, nil)
    case .gauge(let gauge): ("gauge", gauge.dataPoints.first?.timeUnixNano ?? 0, value(gauge.dataPoints))
    case .sum(let sum): ("sum", sum.dataPoints.first?.timeUnixNano ?? 0, value(sum.dataPoints))
    case .histogram(let histogram): ("histogram", histogram.dataPoints.first?.timeUnixNano ?? 0, nil)
    case .exponentialHistogram(let histogram):
      ("exponential histogram", histogram.dataPoints.first?.timeUnixNano ?? 0, nil)
    case .summary(let summary): ("summary", summary.dataPoints.first?.timeUnixNano ?? 0, nil)
    }
  }

  private static func value(_ points: [Metric.NumberDataPoint]) -> String? {
    guard points.count == 1, let value = points[0].value else { return nil }
    return switch value {
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    }
  }
}
