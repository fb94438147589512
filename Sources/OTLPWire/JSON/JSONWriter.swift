internal import TelemetrySDK

/// Writes a JSON text on one line, with members in the order of the calls.
package struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// The text of an object with the members that `members` writes.
  package static func object(_ members: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.object(members)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  // MARK: Objects and arrays

  package mutating func object(_ members: (inout JSONWriter) -> Void) { nested("{", "}", members) }

  package mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
    key(name)
    object(members)
  }

  package mutating func array<Elements: Sequence>(
    _ name: String, _ elements: Elements, _ body: (inout JSONWriter, Elements.Element) -> Void
  ) {
    key(name)
    nested("[", "]") { writer in
      for element in elements { body(&writer, element) }
    }
  }

  package mutating func array(_ name: String, _ elements: [String]) {
    array(name, elements) { $0.string($1) }
  }

  // MARK: Fields

  package mutating func field(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  package mutating func field(_ name: String, _ value: Bool) { raw(name, value ? "true" : "false") }

  package mutating func field(_ name: String, _ value: Int) { raw(name, value.description) }

  /// A number with three digits after the point. A value that has no such number becomes 0.
  package mutating func field(_ name: String, thousandths value: Double) { raw(name, ReadableText.fixed(value) ?? "0") }

  // MARK: Text

  private mutating func append(_ text: String) { bytes += text.utf8 }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func key(_ name: String) {
    string(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  private mutating func nested(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(UInt8(ascii: open))
    needsComma = false
    body(&self)
    bytes.append(UInt8(ascii: close))
    needsComma = true
  }

  private mutating func raw(_ name: String, _ value: String) {
    key(name)
    separate()
    append(value)
  }

  private mutating func string(_ value: String) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20, 0x7F: append((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
