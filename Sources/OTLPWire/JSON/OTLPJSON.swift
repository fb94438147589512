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

  /// The number of items in a document that are not spans.
  package struct OtherItems: Hashable, Sendable {
    package var metrics = 0
    package var logRecords = 0
    package var profiles = 0

    package init(metrics: Int = 0, logRecords: Int = 0, profiles: Int = 0) {
      self.metrics = metrics
      self.logRecords = logRecords
      self.profiles = profiles
    }

    package var isEmpty: Bool { metrics == 0 && logRecords == 0 && profiles == 0 }
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
    try spans(try transcode(text, .traceRequest, limits, requires: "resourceSpans"), limits)
  }

  package static func decode(_ text: String, limits: Limits = Limits()) throws(JSONError) -> [SpanData] {
    try decode(Array(text.utf8), limits: limits)
  }

  /// The spans of a document with items of any signals, and the number of its other items.
  package static func decodeDocument(
    _ text: [UInt8], limits: Limits = Limits()
  ) throws(JSONError) -> (spans: [SpanData], others: OtherItems) {
    let message = try transcode(text, .document, limits, requires: "resourceSpans")
    let others = OtherItems(
      metrics: count(message, resources: 2), logRecords: count(message, resources: 3),
      profiles: count(message, resources: 4))
    return (try spans(message, limits), others)
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

  private static func spans(_ message: [UInt8], _ limits: Limits) throws(JSONError) -> [SpanData] {
    var decoding = ExportRequestDecoder.Limits()
    decoding.maxItems = limits.maxItems
    decoding.maxDepth = limits.maxDepth
    // The message of a text can be longer than the text by a byte for each value at most.
    decoding.maxBytes = .max
    do throws(WireError) {
      return try ExportRequestDecoder.decode(message, limits: decoding)
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
