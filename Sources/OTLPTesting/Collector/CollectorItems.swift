internal import OTLPWire
internal import TelemetrySDK

/// The accepted items that a collector keeps.
struct CollectorItems {
  private(set) var spans: [SpanData] = []
  private(set) var logRecords: [LogRecord] = []
  private(set) var metrics: [Metric] = []

  mutating func add(_ request: LoopbackCollector.Request, _ limits: LoopbackCollector.Configuration) {
    Self.add(request.spans, to: &spans, limits.keptSpans)
    Self.add(request.logRecords, to: &logRecords, limits.keptLogRecords)
    Self.add(request.metrics, to: &metrics, limits.keptMetrics)
  }

  private static func add<Item>(_ items: [Item], to kept: inout [Item], _ limit: Int) {
    let room = max(0, limit) - kept.count
    if room > 0 { kept += items.prefix(room) }
  }
}

extension LoopbackCollector.Request {
  /// Reads the items of the message.
  mutating func decode(_ message: [UInt8]) throws(WireError) {
    switch signal {
    case .traces: spans = try ExportRequestDecoder.decode(message, as: SpanData.self)
    case .logs: logRecords = try ExportRequestDecoder.decode(message, as: LogRecord.self)
    case .metrics: metrics = try ExportRequestDecoder.decode(message, as: Metric.self)
    case nil: break
    }
  }

  /// The request with its first `count` items only. The order of data points is that of the metrics.
  func keepingItems(_ count: Int) -> Self {
    var kept = self
    kept.itemCount = count
    kept.spans = Array(spans.prefix(count))
    kept.logRecords = Array(logRecords.prefix(count))
    kept.metrics = []
    var room = count
    for metric in metrics where room > 0 {
      let points = metric.dataPointCount
      kept.metrics.append(points > room ? metric.dataPoints(in: 0..<room) : metric)
      room -= points
    }
    return kept
  }

  mutating func removeItems() { (spans, spanIDs, logRecords, metrics) = ([], [], [], []) }
}

extension LoopbackCollector.Configuration {
  /// True if somebody needs the decoded items of the signal.
  func decodes(_ signal: OTLPSignal) -> Bool {
    switch signal {
    case .traces: keptSpans > 0 || onSpans != nil
    case .logs: keptLogRecords > 0 || onLogRecords != nil
    case .metrics: keptMetrics > 0 || onMetrics != nil
    }
  }
}

extension LoopbackCollector.Counts {
  mutating func add(_ signal: OTLPSignal?, _ items: Int) {
    acceptedRequests += 1
    switch signal {
    case .traces: spans += items
    case .logs: logRecords += items
    case .metrics: dataPoints += items
    case nil: break
    }
  }
}
