/// A column of a table.
struct DatabaseColumn {
  enum Kind {
    case bytes
    case text
    case json
    case int32
    case int64
  }

  let name: String
  let kind: Kind
  let isNullable: Bool

  init(_ name: String, _ kind: Kind, isNullable: Bool = false) {
    self.name = name
    self.kind = kind
    self.isNullable = isNullable
  }
}
