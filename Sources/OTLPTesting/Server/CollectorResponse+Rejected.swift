internal import OTLPWire

extension LoopbackCollector.Response {
  /// How many of a request's spans the answer's message rejects (1.3.1, 1.3.7).
  func rejectedSpans(of count: Int) -> Int {
    for case .data(let bytes, _) in steps {
      // The prefix alone is an empty message: all spans are accepted.
      guard bytes.count > 5, bytes[0] == 0, let message = try? ExportResponse(protobuf: Array(bytes.dropFirst(5)))
      else { return 0 }
      return Int(min(max(message.rejectedItems, 0), Int64(count)))
    }
    return 0
  }
}
