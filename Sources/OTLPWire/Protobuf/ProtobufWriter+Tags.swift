internal import TelemetrySDK

// The reader compares tags as 32-bit numbers. Those of all fields that are written here take one byte.
extension ProtobufWriter {
  /// A string field, unless empty.
  mutating func stringField(_ tag: UInt32, _ text: String) { stringField(UInt8(tag), text) }

  /// A varint field, unless zero.
  mutating func varintField(_ tag: UInt32, _ value: UInt64) { varintField(UInt8(tag), value) }

  /// Each attribute as a `KeyValue`, from the last to the first.
  mutating func attributes(_ tag: UInt32, _ attributes: Attributes) { self.attributes(UInt8(tag), attributes) }

  /// The tag and the length of the content that was written since `written` was `mark`.
  mutating func prefix(_ tag: UInt32, since mark: Int) { prefix(UInt8(tag), since: mark) }
}
