/// The fields of all messages, by message and field number. It is built once and never freed.
@safe
struct MessageTable {
  /// The entries of one message: one for each number from 0 to the highest that a message has.
  static let stride = 17

  // SAFETY: the memory is written before the constant is set, and never again.
  nonisolated(unsafe) static let shared = MessageTable()

  let entries: UnsafePointer<FieldEntry>
  /// For each message, a bit for each field that may occur several times.
  let repeated: UnsafePointer<UInt32>
  /// For each message, a bit for each member of a oneof. No message has two.
  let oneofs: UnsafePointer<UInt32>
  /// The names as `,"name":`, with room behind the last for a copy of 32 bytes.
  let names: UnsafePointer<UInt8>

  /// A text of an attribute in its usual form, in `names`.
  struct Text {
    let start: Int
    let count: Int
  }

  let key: Text
  let stringValue: Text
  let boolValue: Text
  let intValue: Text
  let doubleValue: Text

  private init() {
    let count = MessageType.allCases.count
    let entries = unsafe Self.block(of: FieldEntry.unknown, count: count * Self.stride)
    let (repeated, oneofs) = unsafe (
      Self.block(of: 0 as UInt32, count: count), Self.block(of: 0 as UInt32, count: count)
    )
    var text: [UInt8] = []
    for message in MessageType.allCases {
      let index = Int(message.rawValue)
      for field in message.fields {
        let entry = field.entry(nameStart: text.count)
        text += Array(",\"\(field.name)\":".utf8)
        unsafe entries[index * Self.stride + field.number] = entry
        if entry.isRepeated { unsafe repeated[index] |= 1 << UInt32(field.number) }
        if entry.isInOneof { unsafe oneofs[index] |= 1 << UInt32(field.number) }
      }
    }
    func place(_ value: String) -> Text {
      defer { text += Array(value.utf8) }
      return Text(start: text.count, count: value.utf8.count)
    }
    key = place("{\"key\":")
    stringValue = place(",\"value\":{\"stringValue\":")
    boolValue = place(",\"value\":{\"boolValue\":")
    intValue = place(",\"value\":{\"intValue\":")
    doubleValue = place(",\"value\":{\"doubleValue\":")
    let names = unsafe Self.block(of: 0 as UInt8, count: text.count + 32)
    unsafe names.update(from: text, count: text.count)
    unsafe self.entries = UnsafePointer(entries)
    unsafe self.repeated = UnsafePointer(repeated)
    unsafe self.oneofs = UnsafePointer(oneofs)
    unsafe self.names = UnsafePointer(names)
  }

  private static func block<Element>(of value: Element, count: Int) -> UnsafeMutablePointer<Element> {
    let block = UnsafeMutablePointer<Element>.allocate(capacity: count)
    unsafe block.initialize(repeating: value, count: count)
    return unsafe block
  }

  /// The entry of a field, where it is in the table.
  @inline(__always)
  func field(_ message: MessageType, _ number: UInt32) -> TableField {
    let index = number < Self.stride ? Int(message.rawValue) &* Self.stride &+ Int(number) : 0
    return unsafe TableField(entries + index)
  }

  /// The bytes of the field's name, without its punctuation.
  func name(_ entry: TableField) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: names + entry.nameStart + 2, count: entry.nameCount - 4)
  }

  func nameText(_ entry: TableField) -> String { unsafe String(decoding: name(entry), as: UTF8.self) }
}
