internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

/// The encodings of spans.
enum Spans {
  private static let encoder = ExportRequestEncoder()

  static func request(_ bytes: [UInt8]) {
    for type in [MessageType.traceRequest, .logsRequest, .metricsRequest] { transcode(bytes, type) }
    guard let spans = try? ExportRequestDecoder.decode(bytes) else { return }
    compare(spans, "a request")
  }

  /// Checks that the JSON of a message is read back as a message with the same JSON.
  private static func transcode(_ bytes: [UInt8], _ type: MessageType) {
    guard let json = try? OTLPJSON.json(of: BufferSlice(bytes), as: type).array else { return }
    do {
      let message = try OTLPJSON.protobuf(of: json, as: type)
      let again = try OTLPJSON.json(of: BufferSlice(message), as: type).array
      rule(again == json, "read back as another text: \(String(decoding: json, as: UTF8.self))")
    } catch let error as JSONError {
      // An id may have any length in protobuf, and a text has limits of its own.
      let isExpected = error.reason.contains("hexadecimal digits") || error.reason.hasPrefix("too many")
      rule(isExpected || error.reason.hasPrefix("nested too deeply"), "not read back: \(error)")
    } catch {
      rule(false, "not read back: \(error)")
    }
  }

  static func json(_ bytes: [UInt8]) {
    documents(bytes)
    for type in [MessageType.logsRequest, .metricsRequest] {
      if let message = try? OTLPJSON.protobuf(of: bytes, as: type) { transcode(message, type) }
    }
    guard let spans = try? OTLPJSON.decode(bytes) else { return }
    compare(spans, "a text")
  }

  /// Checks that a stream has the same documents in pieces of any size, each within the limit.
  private static func documents(_ bytes: [UInt8]) {
    let limit = 4096
    func pieces(_ size: Int) -> [JSONDocumentSplitter.Piece] {
      var splitter = JSONDocumentSplitter(maxBytes: limit, maxDepth: 160)
      var pieces: [JSONDocumentSplitter.Piece] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        splitter.append(Array(bytes[start..<min(bytes.count, start + size)]))
        while let piece = splitter.next() { pieces.append(piece) }
      }
      splitter.finish()
      while let piece = splitter.next() { pieces.append(piece) }
      return pieces
    }
    let whole = pieces(max(1, bytes.count))
    rule(pieces(7) == whole, "a stream in pieces gives other documents")
    for case .document(let document) in whole {
      rule(document.text.count <= limit + 1, "a document of \(document.text.count) bytes")
      _ = try? OTLPJSON.decodeDocument(document.text)
    }
  }

  /// Checks that decoded spans survive both encodings.
  private static func compare(_ spans: [SpanData], _ origin: String) {
    let request = encoder.encode(SpanBatch(spans))
    let message = request.protobuf.array
    rule(request.itemCount == spans.count, "\(origin): \(spans.count) spans, \(request.itemCount) encoded")
    // Bytes are compared, because NaN is not equal to itself. Grouping may change the order once, not twice.
    do {
      let again = try ExportRequestDecoder.decode(message)
      rule(again.count == spans.count, "\(origin): \(spans.count) spans, \(again.count) read back")
      rule(encoder.encode(SpanBatch(again)).protobuf.array == message, "\(origin): read back as another request")
      let text = OTLPJSON.encode(again)
      rule(text.utf8.allSatisfy { $0 >= 0x20 }, "more than one line")
      rule(OTLPJSON.encode(try OTLPJSON.decode(text)) == text, "\(origin): read back as another text: \(text)")
    } catch {
      rule(false, "\(origin): not read back: \(error)")
    }
    split(request)
  }

  private static func split(_ request: ExportRequest) {
    guard request.itemCount > 1, let halves = request.split() else { return }
    let parts = [halves.0, halves.1].map { (try? ExportRequestDecoder.decode($0.protobuf.array).count) ?? -1 }
    rule(parts == [halves.0.itemCount, halves.1.itemCount], "halves of \(parts) spans")
    rule(parts.reduce(0, +) == request.itemCount, "spans lost by splitting")
  }
}
