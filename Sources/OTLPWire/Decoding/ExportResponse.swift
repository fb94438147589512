/// `ExportTraceServiceResponse`; those of logs and metrics have the same shape.
package struct ExportResponse: Hashable, Sendable {
  /// Whether the server said anything beyond "accepted". An empty `partial_success` counts as none (1.3.3).
  package var hasPartialSuccess: Bool { rejectedItems != 0 || !errorMessage.isEmpty }
  /// Items that the server refused, as it says; any value, negative ones too.
  package var rejectedItems: Int64
  /// What the server says about it; may be set without a rejected item, as a warning.
  package var errorMessage: String

  package init(rejectedItems: Int64 = 0, errorMessage: String = "") {
    self.rejectedItems = rejectedItems
    self.errorMessage = errorMessage
  }

  /// Reads the message.
  package init(protobuf: [UInt8]) throws(WireError) {
    self.init()
    try protobuf.reading { (reader) throws(WireError) in try read(reader) }
  }

  private mutating func read(_ reader: WireReader) throws(WireError) {
    var reader = reader
    while let key = try reader.nextKey() {
      switch key {
      case 0x0A: try readPartialSuccess(try reader.message())
      default: try reader.skip(key)
      }
    }
  }

  private mutating func readPartialSuccess(_ reader: WireReader) throws(WireError) {
    var reader = reader
    while let key = try reader.nextKey() {
      switch key {
      case 0x08: rejectedItems = Int64(bitPattern: try reader.varint())
      case 0x12: errorMessage = try reader.string()
      default: try reader.skip(key)
      }
    }
  }

  /// The message's bytes, for servers.
  package var protobuf: [UInt8] {
    guard hasPartialSuccess else { return [] }
    return WireWriter.bytes { writer in
      writer.stringField(0x12, errorMessage)
      writer.varintField(0x08, UInt64(bitPattern: rejectedItems))
      writer.prefix(0x0A, since: 0)
    }
  }
}
