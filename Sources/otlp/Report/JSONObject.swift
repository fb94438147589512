/// A JSON object on a line, with the members in the order of the calls.
package struct JSONObject {
  private var members: [String] = []

  package init() {}

  package mutating func add(_ name: String, _ value: String) {
    members.append("\(Self.quoted(name)):\(Self.quoted(value))")
  }
  package mutating func add(_ name: String, _ value: Int) { members.append("\(Self.quoted(name)):\(value)") }
  package mutating func add(_ name: String, _ value: JSONObject) {
    members.append("\(Self.quoted(name)):\(value.text)")
  }

  package mutating func add(_ name: String, _ value: Bool) { members.append("\(Self.quoted(name)):\(value)") }
  package mutating func add(_ name: String, _ values: [String]) {
    members.append("\(Self.quoted(name)):[\(values.map(Self.quoted).joined(separator: ","))]")
  }
  package mutating func add(_ name: String, _ values: [JSONObject]) {
    members.append("\(Self.quoted(name)):[\(values.map(\.text).joined(separator: ","))]")
  }

  /// A number with three digits after the point. Values without a JSON number become 0.
  package mutating func add(_ name: String, _ value: Double) {
    members.append("\(Self.quoted(name)):\(Self.number(value))")
  }

  package var text: String { "{\(members.joined(separator: ","))}" }

  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "0" }
    let thousandths = Int64((value * 1000).rounded())
    let sign = thousandths < 0 ? "-" : ""
    let fraction = String(thousandths.magnitude % 1000)
    let digits = String(repeating: "0", count: 3 - fraction.count) + fraction
    return "\(sign)\(thousandths.magnitude / 1000).\(digits)"
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
