package import TelemetryCore
package import TelemetrySDK

/// OTLP's JSON encoding (3.3), as a form of the protobuf bytes.
package enum OTLPJSON {
  /// The limits of one text.
  package struct Limits: Sendable {
    package var maxBytes = 64 << 20
    /// Spans, log records and metrics together.
    package var maxItems = 1 << 20
    /// JSON values of all kinds.
    package var maxValues = 4 << 20
    /// Objects and arrays nested in each other.
    package var maxDepth = 160

    package init() {}
  }

  /// The items of a document, which may hold several signals.
  package struct Document: Hashable, Sendable {
    package var spans: [SpanData] = []
    package var metrics: [Metric] = []
    package var logRecords: [LogRecord] = []
    /// The number of profiles, which this package doesn't decode.
    package var profiles = 0

    package init() {}

    package var isEmpty: Bool { spans.isEmpty && metrics.isEmpty && logRecords.isEmpty && profiles == 0 }
  }

  // MARK: Bytes

  /// The JSON of a protobuf message, as one line without its line break.
  /// - Parameter room: The number of bytes of any content in front of the text.
  package static func json(
    of message: BufferSlice, as type: MessageType, room: Int = 0
  ) throws(WireError) -> BufferSlice {
    try unsafe message.withBytes { (bytes) throws(WireError) in
      try unsafe ProtobufToJSON.transcode(bytes, type, room: room)
    }
  }

  /// The protobuf message of a text. Unknown keys are skipped.
  package static func protobuf(
    of text: [UInt8], as type: MessageType, limits: Limits = Limits()
  ) throws(JSONError) -> [UInt8] {
    try transcode(text, type, limits, requires: nil)
  }

  // MARK: Spans

  private static let encoder = ExportRequestEncoder()

  /// The spans as one line without its line break, grouped as in a request.
  package static func encode(_ spans: [SpanData]) -> String {
    let message = encoder.encode(SpanBatch(spans)).protobuf
    guard let json = try? json(of: message, as: .traceRequest) else {
      preconditionFailure("an encoded request has no JSON form")
    }
    return unsafe json.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// The spans of a text that has only spans.
  package static func decode(_ text: [UInt8], limits: Limits = Limits()) throws(JSONError) -> [SpanData] {
    try items(try transcode(text, .traceRequest, limits, requires: "resourceSpans"), 1, limits)
  }

  package static func decode(_ text: String, limits: Limits = Limits()) throws(JSONError) -> [SpanData] {
    try decode(Array(text.utf8), limits: limits)
  }

  /// The items of a document with any signals.
  package static func decodeDocument(_ text: [UInt8], limits: Limits = Limits()) throws(JSONError) -> Document {
    let message = try transcode(
      text, .document, limits, requires: "resourceSpans\", \"resourceMetrics\" or \"resourceLogs")
    var document = Document()
    document.spans = try items(message, 1, limits)
    document.metrics = try items(message, 2, limits)
    document.logRecords = try items(message, 3, limits)
    document.profiles = count(message, resources: 4)
    return document
  }

  // MARK: Parts

  /// - Parameter key: The key that a text without any known key should have had; nil if it may have none.
  private static func transcode(
    _ text: [UInt8], _ type: MessageType, _ limits: Limits, requires key: String?
  ) throws(JSONError) -> [UInt8] {
    guard text.count <= limits.maxBytes else {
      throw JSONError("the text is longer than \(limits.maxBytes) bytes", at: limits.maxBytes)
    }
    let result: Result<[UInt8], JSONError> = unsafe text.withUnsafeBytes { bytes in
      let reader = unsafe JSONReader(bytes, maxDepth: limits.maxDepth, maxValues: limits.maxValues)
      var transcoder = JSONToProtobuf(reader, size: bytes.count, maxItems: limits.maxItems)
      do throws(JSONError) {
        try transcoder.document(type, expected: key.map { "an object with \"\($0)\"" } ?? "an object")
      } catch {
        return .failure(error)
      }
      if let key, transcoder.hasMember, !transcoder.hasKnownMember {
        return .failure(JSONError("the object has no \"\(key)\"", at: transcoder.start))
      }
      return .success(transcoder.output.finish())
    }
    return try result.get()
  }

  /// The items of one signal in the message of a document.
  /// - Parameter number: The field with the signal's resources.
  private static func items<Item: DecodableItem>(
    _ message: [UInt8], _ number: UInt8, _ limits: Limits
  ) throws(JSONError) -> [Item] {
    var decoding = ExportRequestDecoder.Limits()
    decoding.maxItems = limits.maxItems
    decoding.maxDepth = limits.maxDepth
    // The message of a text can be longer than the text by a byte for each value at most.
    decoding.maxBytes = .max
    do throws(WireError) {
      return try ExportRequestDecoder.decode(message, as: Item.self, resources: number << 3 | 2, limits: decoding)
    } catch {
      throw JSONError(error.description, at: 0)
    }
  }

  /// The number of items of one signal in the message of a document.
  private static func count(_ message: [UInt8], resources number: UInt32) -> Int {
    let path: ArraySlice<UInt32> = [number << 3 | 2, 2 << 3 | 2, 2 << 3 | 2]
    do throws(WireError) {
      return try message.reading(maxDepth: 160) { (reader) throws(WireError) -> Int in try count(reader, path) }
    } catch {
      return 0
    }
  }

  private static func count(_ reader: ProtobufReader, _ path: ArraySlice<UInt32>) throws(WireError) -> Int {
    guard let tag = path.first else { return 1 }
    var (reader, total) = (reader, 0)
    while let next = try reader.nextTag() {
      if next == tag {
        total += try count(try reader.message(), path.dropFirst())
      } else {
        try reader.skip(next)
      }
    }
    return total
  }
}
