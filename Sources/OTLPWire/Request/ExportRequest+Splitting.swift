internal import TelemetryCore
internal import TelemetrySDK

// A request is split between items: spans, log records or data points. Walking the fields of the message finds their boundaries,
// and they are copied, not encoded again.
extension ExportRequest {
  /// Two requests with half the items each, or nil for a single item.
  package func split() -> (ExportRequest, ExportRequest)? {
    guard itemCount > 1 else { return nil }
    let tree = tree
    return (piece(0..<itemCount / 2, of: tree), piece(itemCount / 2..<itemCount, of: tree))
  }

  /// The fewest requests, in the given order, with messages of at most `maxMessageBytes` bytes without the gRPC prefix. A
  /// larger item gets a request of its own.
  package func split(maxMessageBytes: Int) -> [ExportRequest] {
    if protobuf.count <= maxMessageBytes || itemCount <= 1 { return [self] }
    let tree = tree
    var pieces: [ExportRequest] = []
    var start = 0
    while start < itemCount {
      // Growing and then shrinking steps find the end, since measuring each item would visit the messages around it each time.
      var (end, step) = (start + 1, 1)
      func fits(_ end: Int) -> Bool { end <= itemCount && tree.messageBytes(start..<end) <= maxMessageBytes }
      while fits(end + step) { (end, step) = (end + step, step * 2) }
      while step > 1 {
        step /= 2
        if fits(end + step) { end += step }
      }
      pieces.append(piece(start..<end, of: tree))
      start = end
    }
    return pieces
  }

  private func piece(_ items: Range<Int>, of tree: ExportRequestTree) -> ExportRequest {
    unsafe protobuf.withBytes { bytes in
      let capacity = tree.messageBytes(items) + 2 * ProtobufWriter.slack
      var writer = ProtobufWriter(RawBuffer(capacity: capacity))
      unsafe tree.write(items, of: bytes, to: &writer)
      writer.grpcPrefix()
      return ExportRequest(writer, signal, itemCount: items.count)
    }
  }

  private var tree: ExportRequestTree { unsafe protobuf.withBytes { bytes in unsafe ExportRequestTree(bytes, signal) } }
}
