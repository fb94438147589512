/// A field in the definition of a message.
struct SchemaField {
  enum Rule {
    /// Written unless it has the default value.
    case implicit
    /// `optional`: written if it was set.
    case optional
    case repeated
    case oneof
  }

  let number: Int
  let name: String
  let kind: FieldKind
  let rule: Rule
  let message: MessageType
  let enumNames: EnumNames

  init(_ number: Int, _ name: String, _ kind: FieldKind, _ rule: Rule = .implicit) {
    (self.number, self.name, self.kind, self.rule) = (number, name, kind, rule)
    message = .none
    enumNames = .none
  }

  init(_ number: Int, _ name: String, message: MessageType, _ rule: Rule = .implicit) {
    (self.number, self.name, self.message, self.rule) = (number, name, message, rule)
    kind = .message
    enumNames = .none
  }

  init(_ number: Int, _ name: String, enum enumNames: EnumNames) {
    (self.number, self.name, self.enumNames, rule) = (number, name, enumNames, .implicit)
    kind = .int32
    message = .none
  }

  func entry(nameStart: Int) -> FieldEntry {
    FieldEntry(
      kind, name, nameStart: nameStart, isRepeated: rule == .repeated, hasPresence: rule == .optional,
      isInOneof: rule == .oneof, message: message, enumNames: enumNames)
  }
}
