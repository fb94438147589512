internal import TelemetrySDK

/// `ExportTraceServiceResponse`. The responses for logs and metrics have the same fields.
package struct ExportResponse: Hashable, Sendable {
  /// True if the server rejected items or sent a message. An empty `partial_success` counts as none (1.3.3).
  package var hasPartialSuccess: Bool { rejectedItems != 0 || !errorMessage.isEmpty }
  /// The number of rejected items that the server reports. Any value is possible, also a negative one.
  package var rejectedItems: Int64
  /// The server's message. Without a rejected item, it is a warning.
  package var errorMessage: String

  package init(rejectedItems: Int64 = 0, errorMessage: String = "") {
    self.rejectedItems = rejectedItems
    self.errorMessage = errorMessage
  }

  package init(protobuf: [UInt8]) throws(WireError) {
    self.init()
    try protobuf.reading { (reader) throws(WireError) in try read(reader) }
  }

  private mutating func read(_ reader: ProtobufReader) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.ExportResponse.partialSuccess: try readPartialSuccess(try reader.message())
      default: try reader.skip(tag)
      }
    }
  }

  private mutating func readPartialSuccess(_ reader: ProtobufReader) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.PartialSuccess.rejectedItems: rejectedItems = Int64(bitPattern: try reader.varint())
      case WireTags.PartialSuccess.errorMessage: errorMessage = try reader.string()
      default: try reader.skip(tag)
      }
    }
  }

  /// The encoded message, which a server sends.
  package var protobuf: [UInt8] {
    guard hasPartialSuccess else { return [] }
    return ProtobufWriter.bytes { writer in
      writer.stringField(WireTags.PartialSuccess.errorMessage, errorMessage)
      writer.varintField(WireTags.PartialSuccess.rejectedItems, UInt64(bitPattern: rejectedItems))
      writer.prefix(WireTags.ExportResponse.partialSuccess, since: 0)
    }
  }
}
