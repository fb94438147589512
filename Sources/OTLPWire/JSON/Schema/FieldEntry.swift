/// A field of a message, in `MessageTable`.
struct FieldEntry {
  /// A field that no message has.
  static let unknown = FieldEntry(.unknown, "", nameStart: 0)

  let kind: FieldKind
  /// The wire type of one value; of an unknown field one that doesn't exist.
  let wireType: UInt8
  /// True if a length-delimited field may hold several values.
  let mayBePacked: Bool
  let isRepeated: Bool
  /// True if a default value is written too: a member of a oneof, an `optional` field, a message.
  let hasPresence: Bool
  let isInOneof: Bool
  /// The type of a field that is a message.
  let message: MessageType
  /// The number of hexadecimal digits of an id.
  var idDigits: Int { kind == .traceID ? 32 : 16 }
  /// The start of `,"name":` in the table's text.
  let nameStart: UInt16
  let nameCount: UInt8
  /// The names of an enum's values, by number.
  let enumNames: EnumNames

  init(
    _ kind: FieldKind, _ name: String, nameStart: Int, isRepeated: Bool = false, hasPresence: Bool = false,
    isInOneof: Bool = false, message: MessageType = .none, enumNames: EnumNames = .none
  ) {
    self.kind = kind
    wireType = kind == .unknown ? .max : UInt8(kind.wireType)
    mayBePacked = kind != .unknown && isRepeated && kind.isPackable
    self.isRepeated = isRepeated
    self.hasPresence = hasPresence || isInOneof || kind == .message
    self.isInOneof = isInOneof
    self.message = message
    self.nameStart = UInt16(nameStart)
    // With the comma, the quotation marks and the colon.
    nameCount = UInt8(name.utf8.count + 4)
    self.enumNames = enumNames
  }
}
