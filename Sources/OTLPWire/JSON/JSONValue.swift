/// A parsed JSON value and its position in the text.
struct JSONValue {
  enum Content {
    case null
    case bool(Bool)
    /// The digits as written, because a double can't represent each 64-bit integer.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])
  }

  struct Member {
    let key: String
    let value: JSONValue
  }

  let offset: Int
  let content: Content

  /// The name of the value's type, for messages.
  var kind: String {
    switch content {
    case .null: "null"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The number of elements in the arrays at the end of `path`. A value that is no array has none.
  func count(_ path: [String]) -> Int { count(path[...]) }

  private func count(_ path: ArraySlice<String>) -> Int {
    guard let key = path.first, case .object(let members) = content else { return 0 }
    var total = 0
    for member in members where member.key == key {
      guard case .array(let elements) = member.value.content else { continue }
      let rest = path.dropFirst()
      total += rest.isEmpty ? elements.count : elements.reduce(0) { $0 + $1.count(rest) }
    }
    return total
  }
}
