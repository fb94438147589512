internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

// Attributes as a JSON object (RULES 3.5.9), with the values in the form of RULES 3.5.8. What this form can't hold so that it can be
// read again marks the row as inexact: binary data, numbers that aren't finite, minus zero, U+0000, repeated keys.
extension RowBuffer {
  /// Writes the member of a `KeyValue`.
  mutating func member(_ fields: ProtobufReader, isFirst: Bool, _ keys: inout KeySet) throws(WireError) {
    var fields = fields
    var (key, value) = (MessageBytes.empty, MessageBytes?.none)
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.KeyValue.key: key = try fields.bytes()
      case WireTags.KeyValue.value:
        if value != nil { isInexact = true }
        value = try fields.bytes()
      default:
        isInexact = true
        try fields.skip(tag)
      }
    }
    if keys.insert(Digest.digest(key, seed: 0)) { isInexact = true }
    if !isFirst { append(UInt8(ascii: ",")) }
    string(key)
    append(UInt8(ascii: ":"))
    try self.value(value?.fields(), &keys)
  }

  /// Writes an `AnyValue`; `null` for one without a value.
  mutating func value(_ fields: ProtobufReader?, _ keys: inout KeySet) throws(WireError) {
    guard var fields, let tag = try fields.nextTag() else { return append("null") }
    switch WireTags.short(tag) {
    case WireTags.AnyValue.string: string(try fields.bytes())
    case WireTags.AnyValue.bool: append(try fields.varint() != 0 ? "true" : "false" as StaticString)
    case WireTags.AnyValue.int: append(decimal: Int64(bitPattern: try fields.varint()))
    case WireTags.AnyValue.double: double(try fields.double())
    case WireTags.AnyValue.array: try array(try fields.message(), &keys)
    case WireTags.AnyValue.map: try map(try fields.message(), &keys)
    case WireTags.AnyValue.bytes: base64(try fields.bytes())
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
    append(UInt8(ascii: "["))
    while let tag = try fields.nextTag() {
      guard tag == WireTags.List.values else {
        isInexact = true
        try fields.skip(tag)
        continue
      }
      if !isFirst { append(UInt8(ascii: ",")) }
      isFirst = false
      try value(try fields.message(), &keys)
    }
    append(UInt8(ascii: "]"))
  }

  private mutating func map(_ fields: ProtobufReader, _ keys: inout KeySet) throws(WireError) {
    var fields = fields
    var isFirst = true
    let outer = keys.beginObject()
    append(UInt8(ascii: "{"))
    while let tag = try fields.nextTag() {
      guard tag == WireTags.List.values else {
        isInexact = true
        try fields.skip(tag)
        continue
      }
      try member(try fields.message(), isFirst: isFirst, &keys)
      isFirst = false
    }
    append(UInt8(ascii: "}"))
    keys.endObject(outer)
  }

  // MARK: Scalars

  private mutating func double(_ value: Double) {
    guard value.isFinite else {
      isInexact = true
      return append(value.isNaN ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"" as StaticString)
    }
    if value == 0, value.sign == .minus { isInexact = true }
    // A fraction tells a floating-point number from an integer. `jsonb` keeps no exponent: without a fraction, only a number that
    // is no 64-bit integer is one.
    guard value == value.rounded(), abs(value) < 0x1p63 else { return append(made: value.description) }
    append(decimal: Int64(value))
    append(".0")
  }

  private mutating func base64(_ value: MessageBytes) {
    isInexact = true
    append(UInt8(ascii: "\""))
    append(made: unsafe Base64.text(of: Array(value.raw)))
    append(UInt8(ascii: "\""))
  }

  private mutating func string(_ value: MessageBytes) {
    append(UInt8(ascii: "\""))
    let raw = unsafe value.raw
    var (plain, index) = (0, 0)
    while index < raw.count {
      if index + 8 <= raw.count, Self.isPlain(unsafe raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) {
        index += 8
        continue
      }
      let byte = unsafe raw[index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        unsafe append(UnsafeRawBufferPointer(rebasing: raw[plain..<index]))
        escape(byte)
        plain = index + 1
      }
      index += 1
    }
    unsafe append(UnsafeRawBufferPointer(rebasing: raw[plain...]))
    append(UInt8(ascii: "\""))
  }

  /// False if any of eight bytes may have to be escaped: it is below 0x20, or `"`, or `\`.
  private static func isPlain(_ bytes: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // The upper bit of a byte is set if the byte is below `limit`, or maybe if a lower byte is.
    func below(_ bytes: UInt64, _ limit: UInt64) -> UInt64 { (bytes &- ones &* limit) & ~bytes }
    let found =
      below(bytes, 0x20) | below(bytes ^ ones &* UInt64(UInt8(ascii: "\"")), 1)
      | below(bytes ^ ones &* UInt64(UInt8(ascii: "\\")), 1)
    return found & ones << 7 == 0
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case 0:
      isInexact = true
      append("\u{FFFD}")
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      append("\\")
      append(byte)
    case 0x0A: append("\\n")
    case 0x0D: append("\\r")
    case 0x09: append("\\t")
    default: append(made: (byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
    }
  }
}
