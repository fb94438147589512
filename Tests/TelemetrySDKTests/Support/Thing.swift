@testable import TelemetrySDK

/// An item of a given size in the queue.
struct Thing: BatchItem, Equatable {
  var number: Int
  var size = 100
  static var signal: OTLPSignal { .traces }
  var resource: Resource { .empty }
  var scope: InstrumentationScope { .empty }

  init(number: Int, size: Int = 100) {
    self.number = number
    self.size = size
  }

  func encode(to writer: inout ProtobufWriter) {
    // The item's field is its tag, its length and the message.
    var content = size - 2
    while EncodedItem.fieldSize(content) > size { content -= 1 }
    writer.append([UInt8](repeating: 0, count: content - 8))
    writer.bigEndian(UInt64(number))
  }

  init(_ encoded: borrowing EncodedItem) {
    number = Int(encoded.message.loadUnaligned(as: UInt64.self).byteSwapped)
    size = EncodedItem.fieldSize(encoded.message.count)
  }
}

extension EncodedItem {
  /// The size of an item with a message of this size.
  static func fieldSize(_ message: Int) -> Int { 1 + ProtobufAppender.varintSize(UInt64(message)) + message }
}
