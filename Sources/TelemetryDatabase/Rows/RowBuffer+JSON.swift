internal import OTLPWire
internal import TelemetryCore

// Attributes as a JSON object (RULES 3.5.9), with the values in the form of RULES 3.5.8. What this form can't hold so that it can be
// read again marks the row as inexact: binary data, numbers that aren't finite, minus zero, U+0000, repeated keys.
extension RowBuffer {
  /// Writes the member of a `KeyValue`.
  mutating func member(_ fields: ProtobufReader, isFirst: Bool, _ keys: inout KeySet) throws(WireError) {
    var fields = fields
    var (key, value) = (MessageBytes.empty, MessageBytes?.none)
    while let tag = try fields.nextTag() {
      switch tag {
      case FieldTag.KeyValue.key: key = try fields.bytes()
      case FieldTag.KeyValue.value:
        if value != nil { isInexact = true }
        value = try fields.bytes()
      default:
        isInexact = true
        try fields.skip(tag)
      }
    }
    if keys.insert(Digest.digest(key, seed: 0)) { isInexact = true }
    if !isFirst { append(",") }
    string(key)
    append(":")
    try self.value(value?.fields(), &keys)
  }

  /// Writes an `AnyValue`; `null` for one without a value.
  mutating func value(_ fields: ProtobufReader?, _ keys: inout KeySet) throws(WireError) {
    guard var fields, let tag = try fields.nextTag() else { return append("null") }
    switch tag {
    case FieldTag.AnyValue.string: string(try fields.bytes())
    case FieldTag.AnyValue.bool: append(try fields.varint() != 0 ? "true" : "false")
    case FieldTag.AnyValue.int: append(String(Int64(bitPattern: try fields.varint())))
    case FieldTag.AnyValue.double: double(try fields.double())
    case FieldTag.AnyValue.array: try array(try fields.message(), &keys)
    case FieldTag.AnyValue.map: try map(try fields.message(), &keys)
    case FieldTag.AnyValue.bytes: base64(try fields.bytes())
    default:
      isInexact = true
      append("null")
      return
    }
    // A second kind, which only a foreign writer writes.
    if try fields.nextTag() != nil { isInexact = true }
  }

  private mutating func array(_ fields: ProtobufReader, _ keys: inout KeySet) throws(WireError) {
    var fields = fields
    var isFirst = true
    append("[")
    while let tag = try fields.nextTag() {
      guard tag == FieldTag.List.values else {
        isInexact = true
        try fields.skip(tag)
        continue
      }
      if !isFirst { append(",") }
      isFirst = false
      try value(try fields.message(), &keys)
    }
    append("]")
  }

  private mutating func map(_ fields: ProtobufReader, _ keys: inout KeySet) throws(WireError) {
    var fields = fields
    var isFirst = true
    let outer = keys.beginObject()
    append("{")
    while let tag = try fields.nextTag() {
      guard tag == FieldTag.List.values else {
        isInexact = true
        try fields.skip(tag)
        continue
      }
      try member(try fields.message(), isFirst: isFirst, &keys)
      isFirst = false
    }
    append("}")
    keys.endObject(outer)
  }

  // MARK: Scalars

  private mutating func double(_ value: Double) {
    guard value.isFinite else {
      isInexact = true
      return append(value.isNaN ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
    }
    if value == 0, value.sign == .minus { isInexact = true }
    // A fraction tells a floating-point number from an integer. `jsonb` keeps no exponent: without a fraction, only a number that
    // is no 64-bit integer is one.
    guard value == value.rounded(), abs(value) < 0x1p63 else { return append(value.description) }
    append(String(Int64(value)))
    append(".0")
  }

  private mutating func base64(_ value: MessageBytes) {
    isInexact = true
    append("\"")
    append(unsafe Base64.text(of: Array(value.raw)))
    append("\"")
  }

  private mutating func string(_ value: MessageBytes) {
    append("\"")
    let raw = unsafe value.raw
    var plain = 0
    for index in 0..<raw.count {
      let byte = unsafe raw[index]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
      unsafe append(UnsafeRawBufferPointer(rebasing: raw[plain..<index]))
      escape(byte)
      plain = index + 1
    }
    unsafe append(UnsafeRawBufferPointer(rebasing: raw[plain...]))
    append("\"")
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case 0:
      isInexact = true
      append("\u{FFFD}")
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      append("\\")
      append(Unicode.Scalar(byte))
    case 0x0A: append("\\n")
    case 0x0D: append("\\r")
    case 0x09: append("\\t")
    default: append(byte < 0x10 ? "\\u000\(String(byte, radix: 16))" : "\\u00\(String(byte, radix: 16))")
    }
  }
}
