/// A field's entry in `MessageTable`, read where it is. As a value, the entry would be taken apart and put together for each call.
@safe
struct TableField {
  private let entry: UnsafePointer<FieldEntry>

  init(_ entry: UnsafePointer<FieldEntry>) { unsafe self.entry = entry }

  var kind: FieldKind { unsafe entry.pointee.kind }
  var message: MessageType { unsafe entry.pointee.message }
  var isRepeated: Bool { unsafe entry.pointee.isRepeated }
  var hasPresence: Bool { unsafe entry.pointee.hasPresence }
  var isInOneof: Bool { unsafe entry.pointee.isInOneof }
  var enumNames: EnumNames { unsafe entry.pointee.enumNames }
  var idDigits: Int { unsafe entry.pointee.idDigits }
  var nameStart: Int { Int(unsafe entry.pointee.nameStart) }
  var nameCount: Int { Int(unsafe entry.pointee.nameCount) }

  /// True if a field with this tag is the known one. A known number with another wire type is an unknown field.
  @inline(__always)
  func accepts(_ tag: UInt32) -> Bool {
    let wireType = UInt8(truncatingIfNeeded: tag & 7)
    return unsafe wireType == entry.pointee.wireType || wireType == 2 && entry.pointee.mayBePacked
  }
}
