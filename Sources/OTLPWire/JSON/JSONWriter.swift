internal import TelemetryCore
internal import TelemetrySDK

/// Writes JSON values one after the other, with the commas between them.
struct JSONWriter {
  private(set) var text: [UInt8] = []
  private var needsComma = false

  private mutating func append(_ string: String) { text += string.utf8 }

  private mutating func separate() {
    if needsComma { text.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func key(_ key: StaticString) {
    separate()
    append("\"\(key)\":")
    needsComma = false
  }

  private mutating func nested(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONWriter) -> Void) {
    separate()
    text.append(UInt8(ascii: open))
    needsComma = false
    body(&self)
    text.append(UInt8(ascii: close))
    needsComma = true
  }

  mutating func object(_ body: (inout JSONWriter) -> Void) { nested("{", "}", body) }

  mutating func object(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
    key(name)
    object(body)
  }

  mutating func array<Elements: Sequence>(
    _ name: StaticString, _ elements: Elements, _ body: (inout JSONWriter, Elements.Element) -> Void
  ) {
    key(name)
    nested("[", "]") { writer in
      for element in elements { body(&writer, element) }
    }
  }

  // MARK: Fields that are left out when they have their default

  mutating func field(_ name: StaticString, unlessEmpty value: String) {
    if !value.isEmpty { field(name, value) }
  }

  /// A 64-bit integer, which stands in quotes (3.3.6).
  mutating func field(_ name: StaticString, unlessZero value: UInt64) {
    if value != 0 { field(name, value.description) }
  }

  /// A 32-bit integer or an enum.
  mutating func field(_ name: StaticString, unlessZero value: UInt32) {
    guard value != 0 else { return }
    key(name)
    raw(value.description)
  }

  // MARK: Fields that are written whatever their value

  mutating func field(_ name: StaticString, _ value: String) {
    key(name)
    separate()
    string(value)
  }

  mutating func field(_ name: StaticString, _ value: Bool) {
    key(name)
    raw(value ? "true" : "false")
  }

  mutating func field(_ name: StaticString, _ value: Double) {
    if value.isNaN { return field(name, "NaN") }
    if value.isInfinite { return field(name, value < 0 ? "-Infinity" : "Infinity") }
    key(name)
    raw(value.description)
  }

  mutating func field(_ name: StaticString, base64 bytes: [UInt8]) {
    key(name)
    separate()
    text.append(UInt8(ascii: "\""))
    Base64.encode(bytes, into: &text)
    text.append(UInt8(ascii: "\""))
  }

  private mutating func raw(_ value: String) {
    separate()
    append(value)
  }

  private mutating func string(_ value: String) {
    text.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20, 0x7F: append(byte < 0x10 ? "\\u000\(String(byte, radix: 16))" : "\\u00\(String(byte, radix: 16))")
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
