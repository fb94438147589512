/// The kind of a JSON value.
enum JSONKind: String {
  case object = "an object"
  case array = "an array"
  case string = "a string"
  case number = "a number"
  case bool = "a truth value"
  case null = "null"
}
