internal import TelemetryCore
internal import TelemetrySDK

/// `google.rpc.Status` with the details that OTLP uses. Servers send it in `grpc-status-details-bin`.
package struct RPCStatus: Hashable, Sendable {
  /// `google.rpc.RetryInfo`. Its presence alone permits a retry, whatever the delay.
  package struct RetryInfo: Hashable, Sendable {
    /// The minimum delay before a retry, or nil if it is absent, zero or negative (1.5.6).
    package var delay: Duration?

    package init(delay: Duration?) { self.delay = delay }
  }

  package var code: Int32
  package var message: String
  package var retryInfo: RetryInfo?
  /// The field violations of `google.rpc.BadRequest`, each as `field: description`.
  package var fieldViolations: [String]

  package init(code: Int32, message: String = "", retryInfo: RetryInfo? = nil, fieldViolations: [String] = []) {
    self.code = code
    self.message = message
    self.retryInfo = retryInfo
    self.fieldViolations = fieldViolations
  }

  /// Reads the message. Details of other types and malformed details are skipped.
  package init(protobuf: [UInt8]) throws(WireError) {
    self.init(code: 0)
    try protobuf.reading { (reader) throws(WireError) in try read(reader) }
  }

  private mutating func read(_ reader: ProtobufReader) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.RPCStatus.code: code = Int32(truncatingIfNeeded: try reader.varint())
      case WireTags.RPCStatus.message: message = try reader.string()
      case WireTags.RPCStatus.details:
        let detail = try reader.message()
        do throws(WireError) { try readDetail(detail) } catch {}
      default: try reader.skip(tag)
      }
    }
  }

  /// Reads a `google.protobuf.Any`. The type is the text after the last slash (1.5.3). The value may precede the type,
  /// so the message is read twice.
  private mutating func readDetail(_ reader: ProtobufReader) throws(WireError) {
    var (first, second) = (reader, reader)
    var type = ""
    while let tag = try first.nextTag() {
      if tag == WireTags.AnyMessage.typeURL { type = try first.string() } else { try first.skip(tag) }
    }
    let isRetryInfo = type.hasSuffix("/google.rpc.RetryInfo")
    let isBadRequest = type.hasSuffix("/google.rpc.BadRequest")
    if isRetryInfo { retryInfo = retryInfo ?? RetryInfo(delay: nil) }
    while let tag = try second.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.AnyMessage.value where isRetryInfo:
        retryInfo = RetryInfo(delay: try Self.retryDelay(try second.message()))
      case WireTags.AnyMessage.value where isBadRequest: fieldViolations += try Self.violations(try second.message())
      default: try second.skip(tag)
      }
    }
  }

  /// The longest protobuf Duration: ten thousand years.
  fileprivate static let maxSeconds: Int64 = 315_576_000_000

  private static func retryDelay(_ reader: ProtobufReader) throws(WireError) -> Duration? {
    var reader = reader
    var seconds: Int64 = 0
    var nanoseconds: Int32 = 0
    while let tag = try reader.nextTag() {
      guard tag == WireTags.RetryInfo.retryDelay else {
        try reader.skip(tag)
        continue
      }
      var duration = try reader.message()
      while let tag = try duration.nextTag() {
        switch WireTags.short(tag) {
        case WireTags.Duration.seconds: seconds = Int64(bitPattern: try duration.varint())
        case WireTags.Duration.nanos: nanoseconds = Int32(truncatingIfNeeded: try duration.varint())
        default: try duration.skip(tag)
        }
      }
    }
    let delay = Duration.seconds(min(max(seconds, -maxSeconds), maxSeconds)) + .nanoseconds(nanoseconds)
    return delay > .zero ? delay : nil
  }

  private static let maxViolations = 16

  private static func violations(_ reader: ProtobufReader) throws(WireError) -> [String] {
    var reader = reader
    var result: [String] = []
    while let tag = try reader.nextTag() {
      guard tag == WireTags.BadRequest.fieldViolations, result.count < maxViolations else {
        try reader.skip(tag)
        continue
      }
      var violation = try reader.message()
      var (field, description) = ("", "")
      while let tag = try violation.nextTag() {
        switch WireTags.short(tag) {
        case WireTags.FieldViolation.field: field = try violation.string()
        case WireTags.FieldViolation.description: description = try violation.string()
        default: try violation.skip(tag)
        }
      }
      result.append(field.isEmpty ? description : "\(field): \(description)")
    }
    return result
  }

  /// The encoded message, which a server sends. Field violations are not written.
  package var protobuf: [UInt8] {
    ProtobufWriter.bytes { writer in
      if let retryInfo {
        writer.retryInfo(retryInfo)
        writer.prefix(WireTags.RPCStatus.details, since: 0)
      }
      writer.stringField(WireTags.RPCStatus.message, message)
      writer.varintField(WireTags.RPCStatus.code, UInt64(bitPattern: Int64(code)))
    }
  }
}

extension ProtobufWriter {
  /// Writes the `google.protobuf.Any` of a `RetryInfo` as the first content of the buffer.
  fileprivate mutating func retryInfo(_ info: RPCStatus.RetryInfo) {
    if let delay = info.delay {
      let longest = Duration.seconds(RPCStatus.maxSeconds)
      let (seconds, attoseconds) = min(max(delay, .zero - longest), longest).components
      varintField(WireTags.Duration.nanos, UInt64(bitPattern: attoseconds / 1_000_000_000))
      varintField(WireTags.Duration.seconds, UInt64(bitPattern: seconds))
      prefix(WireTags.RetryInfo.retryDelay, since: 0)
      prefix(WireTags.AnyMessage.value, since: 0)
    }
    stringField(WireTags.AnyMessage.typeURL, "type.googleapis.com/google.rpc.RetryInfo")
  }
}
