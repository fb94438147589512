extension Environment {
  /// The first of these variables that is set, as the value of an attribute.
  func attribute(_ names: String...) -> AttributeValue? { string(names).map { .string($0.value) } }

  /// The bytes that a variable gives in mebibytes, as the value of an attribute.
  func bytesAttribute(_ name: String) -> AttributeValue? {
    integer(name, in: 1...Int(Int32.max)).map { .int(Int64($0) << 20) }
  }
}
