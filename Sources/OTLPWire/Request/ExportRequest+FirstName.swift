internal import TelemetryCore
internal import TelemetrySDK

extension ExportRequest {
  /// The name of the first item, for messages: of a span, a log record's event, or a metric; else the text of a log record's body.
  package var firstName: String {
    let name = try? protobuf.array.reading(maxDepth: 8) { (reader) throws(WireError) -> String? in
      guard let resource = try reader.first(WireTags.ExportRequest.resources),
        let scope = try resource.first(WireTags.ResourceItems.scopes),
        let item = try scope.first(WireTags.ScopeItems.item)
      else { return nil }
      switch signal {
      case .traces: return try item.firstString(WireTags.Span.name)
      case .metrics: return try item.firstString(WireTags.Metric.name)
      case .logs:
        let name = try item.firstString(WireTags.LogRecord.eventName) ?? ""
        return name.isEmpty ? try item.first(WireTags.LogRecord.body)?.firstString(WireTags.AnyValue.string) : name
      }
    }
    return (name ?? nil) ?? ""
  }
}

extension ProtobufReader {
  /// The message in the first field with this tag.
  fileprivate func first(_ tag: UInt8) throws(WireError) -> ProtobufReader? {
    var reader = self
    while let next = try reader.nextTag() {
      if next == tag { return try reader.message() }
      try reader.skip(next)
    }
    return nil
  }

  /// The text in the first field with this tag.
  fileprivate func firstString(_ tag: UInt8) throws(WireError) -> String? {
    var reader = self
    while let next = try reader.nextTag() {
      if next == tag { return try reader.string() }
      try reader.skip(next)
    }
    return nil
  }
}
