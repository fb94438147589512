package import TelemetrySDK

/// Counts the items of an encoded request, and reads the ids of its spans, without decoding them.
package enum ItemCounter {
  /// The number of spans, log records or data points.
  package static func count(_ message: ArraySlice<UInt8>, _ signal: OTLPSignal) throws(WireError) -> Int {
    var count = 0
    try forEachItem(of: message) { (item) throws(WireError) in
      count += signal == .metrics ? try dataPoints(item) : 1
    }
    return count
  }

  private static func dataPoints(_ metric: ProtobufReader) throws(WireError) -> Int {
    var metric = metric
    var count = 0
    while let tag = try metric.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Metric.gauge, WireTags.Metric.sum, WireTags.Metric.histogram, WireTags.Metric.exponentialHistogram,
        WireTags.Metric.summary:
        try forEach(WireTags.MetricData.dataPoints, of: try metric.message()) { (_) throws(WireError) in count += 1 }
      default: try metric.skip(tag)
      }
    }
    return count
  }

  package static func spanIDs(_ message: ArraySlice<UInt8>) throws(WireError) -> [UInt64] {
    var ids: [UInt64] = []
    try forEachItem(of: message) { (span) throws(WireError) in
      var span = span
      while let tag = try span.nextTag() {
        if tag == WireTags.Span.spanID { ids.append(try span.identifier(words: 1).0) } else { try span.skip(tag) }
      }
    }
    return ids
  }

  private static func forEachItem(
    of message: ArraySlice<UInt8>, _ body: (ProtobufReader) throws(WireError) -> Void
  ) throws(WireError) {
    try message.reading { (request) throws(WireError) in
      try forEach(WireTags.ExportRequest.resources, of: request) { (resource) throws(WireError) in
        try forEach(WireTags.ResourceItems.scopes, of: resource) { (scope) throws(WireError) in
          try forEach(WireTags.ScopeItems.item, of: scope, body)
        }
      }
    }
  }

  private static func forEach(
    _ tag: UInt8, of reader: ProtobufReader, _ body: (ProtobufReader) throws(WireError) -> Void
  ) throws(WireError) {
    var reader = reader
    while let next = try reader.nextTag() {
      if next == tag { try body(try reader.message()) } else { try reader.skip(next) }
    }
  }
}
