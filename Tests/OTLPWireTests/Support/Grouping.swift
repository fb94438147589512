import TelemetrySDK

@testable import OTLPWire

/// The spans of a batch in the order of a request: by resource and then by scope, each in the order of its first span.
func grouped(_ spans: [SpanData]) -> [SpanData] {
  var resources: [Resource] = []
  for span in spans where !resources.contains(span.resource) { resources.append(span.resource) }
  return resources.flatMap { resource in
    let members = spans.filter { $0.resource == resource }
    var scopes: [InstrumentationScope] = []
    for span in members where !scopes.contains(span.scope) { scopes.append(span.scope) }
    return scopes.flatMap { scope in members.filter { $0.scope == scope } }
  }
}

extension ExportRequest {
  /// The number of bytes beside a single span: the resource, the scope and their prefixes.
  var overhead: Int {
    let boundaries = protobuf.withBytes { ExportRequestTree($0, signal).root.nodes[0].nodes[0].boundaries }
    return protobuf.count - (boundaries[1] - boundaries[0])
  }
}
