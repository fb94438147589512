internal import TelemetryCore

/// `google.rpc.Status`, which servers send in `grpc-status-details-bin`, with the details that OTLP knows.
package struct RPCStatus: Hashable, Sendable {
  /// `google.rpc.RetryInfo`. Its presence matters, whatever the delay.
  package struct RetryInfo: Hashable, Sendable {
    /// How long to wait at least; nil when absent, zero or negative (1.5.6).
    package var delay: Duration?

    package init(delay: Duration?) { self.delay = delay }
  }

  package var code: Int32
  package var message: String
  package var retryInfo: RetryInfo?
  /// Each `field: description` of `google.rpc.BadRequest`.
  package var fieldViolations: [String]

  package init(code: Int32, message: String = "", retryInfo: RetryInfo? = nil, fieldViolations: [String] = []) {
    self.code = code
    self.message = message
    self.retryInfo = retryInfo
    self.fieldViolations = fieldViolations
  }

  /// Reads the message; details of other types, and details that can't be read, are passed over.
  package init(protobuf: [UInt8]) throws(WireError) {
    self.init(code: 0)
    try protobuf.reading { (reader) throws(WireError) in try read(reader) }
  }

  private mutating func read(_ reader: WireReader) throws(WireError) {
    var reader = reader
    while let key = try reader.nextKey() {
      switch key {
      case 0x08: code = Int32(truncatingIfNeeded: try reader.varint())
      case 0x12: message = try reader.string()
      case 0x1A:
        let detail = try reader.message()
        do throws(WireError) { try readDetail(detail) } catch {}
      default: try reader.skip(key)
      }
    }
  }

  /// `google.protobuf.Any`: the type is what follows the last slash (1.5.3), and may stand behind the value.
  private mutating func readDetail(_ reader: WireReader) throws(WireError) {
    var (first, second) = (reader, reader)
    var type = ""
    while let key = try first.nextKey() {
      if key == 0x0A { type = try first.string() } else { try first.skip(key) }
    }
    let isRetryInfo = type.hasSuffix("/google.rpc.RetryInfo")
    let isBadRequest = type.hasSuffix("/google.rpc.BadRequest")
    if isRetryInfo { retryInfo = retryInfo ?? RetryInfo(delay: nil) }
    while let key = try second.nextKey() {
      switch key {
      case 0x12 where isRetryInfo: retryInfo = RetryInfo(delay: try Self.retryDelay(try second.message()))
      case 0x12 where isBadRequest: fieldViolations += try Self.violations(try second.message())
      default: try second.skip(key)
      }
    }
  }

  /// Ten thousand years are the most that a protobuf Duration may hold.
  fileprivate static let mostSeconds: Int64 = 315_576_000_000

  private static func retryDelay(_ reader: WireReader) throws(WireError) -> Duration? {
    var reader = reader
    var seconds: Int64 = 0
    var nanoseconds: Int32 = 0
    while let key = try reader.nextKey() {
      guard key == 0x0A else {
        try reader.skip(key)
        continue
      }
      var duration = try reader.message()
      while let key = try duration.nextKey() {
        switch key {
        case 0x08: seconds = Int64(bitPattern: try duration.varint())
        case 0x10: nanoseconds = Int32(truncatingIfNeeded: try duration.varint())
        default: try duration.skip(key)
        }
      }
    }
    let delay = Duration.seconds(min(max(seconds, -mostSeconds), mostSeconds)) + .nanoseconds(nanoseconds)
    return delay > .zero ? delay : nil
  }

  private static let maxViolations = 16

  private static func violations(_ reader: WireReader) throws(WireError) -> [String] {
    var reader = reader
    var result: [String] = []
    while let key = try reader.nextKey() {
      guard key == 0x0A, result.count < maxViolations else {
        try reader.skip(key)
        continue
      }
      var violation = try reader.message()
      var (field, description) = ("", "")
      while let key = try violation.nextKey() {
        switch key {
        case 0x0A: field = try violation.string()
        case 0x12: description = try violation.string()
        default: try violation.skip(key)
        }
      }
      result.append(field.isEmpty ? description : "\(field): \(description)")
    }
    return result
  }

  /// The message's bytes, for servers; field violations are not written.
  package var protobuf: [UInt8] {
    WireWriter.bytes { writer in
      if let retryInfo {
        writer.retryInfo(retryInfo)
        writer.prefix(0x1A, since: 0)
      }
      writer.stringField(0x12, message)
      writer.varintField(0x08, UInt64(bitPattern: Int64(code)))
    }
  }
}

extension WireWriter {
  /// The bytes that `body` writes; anything but small messages should use a pooled buffer.
  static func bytes(_ body: (inout WireWriter) -> Void) -> [UInt8] {
    var writer = WireWriter(RawBuffer(capacity: 1024))
    body(&writer)
    return BufferSlice(buffer: writer.buffer, range: writer.range).array
  }

  /// `google.protobuf.Any` of a `RetryInfo`.
  fileprivate mutating func retryInfo(_ info: RPCStatus.RetryInfo) {
    if let delay = info.delay {
      let most = Duration.seconds(RPCStatus.mostSeconds)
      let (seconds, attoseconds) = min(max(delay, .zero - most), most).components
      varintField(0x10, UInt64(bitPattern: attoseconds / 1_000_000_000))
      varintField(0x08, UInt64(bitPattern: seconds))
      prefix(0x0A, since: 0)
      prefix(0x12, since: 0)
    }
    stringField(0x0A, "type.googleapis.com/google.rpc.RetryInfo")
  }
}
