internal import TelemetryCore
internal import TelemetrySDK

// A request is split between spans. Walking the fields of the message finds the boundaries of spans, and the spans are
// copied, not encoded again.
extension ExportRequest {
  /// Two requests with half the spans each, or nil for a single span.
  package func split() -> (ExportRequest, ExportRequest)? {
    guard itemCount > 1 else { return nil }
    let layout = layout
    return (piece(0..<itemCount / 2, of: layout), piece(itemCount / 2..<itemCount, of: layout))
  }

  /// The fewest requests, in the given order, with messages of at most `maxMessageBytes` bytes without the gRPC prefix. A
  /// larger span gets a request of its own.
  package func split(maxMessageBytes: Int) -> [ExportRequest] {
    if protobuf.count <= maxMessageBytes || itemCount <= 1 { return [self] }
    let layout = layout
    var pieces: [ExportRequest] = []
    var start = 0
    while start < itemCount {
      // Growing and then shrinking steps find the end, since measuring each span would visit all groups each time.
      var (end, step) = (start + 1, 1)
      func fits(_ end: Int) -> Bool { end <= itemCount && layout.messageBytes(start..<end) <= maxMessageBytes }
      while fits(end + step) { (end, step) = (end + step, step * 2) }
      while step > 1 {
        step /= 2
        if fits(end + step) { end += step }
      }
      pieces.append(piece(start..<end, of: layout))
      start = end
    }
    return pieces
  }

  private func piece(_ spans: Range<Int>, of layout: ExportRequestLayout) -> ExportRequest {
    unsafe protobuf.withBytes { bytes in
      let capacity = layout.messageBytes(spans) + 2 * ProtobufWriter.slack
      var writer = ProtobufWriter(RawBuffer(capacity: capacity))
      for resource in layout.resources.reversed() where resource.spans.overlaps(spans) {
        writer.group(FieldTag.ExportRequest.resourceSpans, resource.header) { writer in
          for scope in resource.scopes.reversed() where scope.spans.overlaps(spans) {
            writer.group(FieldTag.ResourceSpans.scopeSpans, scope.header) { writer in
              unsafe writer.copy(UnsafeRawBufferPointer(rebasing: bytes[scope.bytes(of: spans)]))
            }
          }
        }
      }
      writer.grpcPrefix()
      return ExportRequest(writer, itemCount: spans.count)
    }
  }

  var layout: ExportRequestLayout { unsafe protobuf.withBytes { bytes in unsafe ExportRequestLayout(bytes) } }
}
