/// The type of a field, with its form in OTLP's JSON (3.3).
enum FieldKind: UInt8 {
  /// No field of the message has this number.
  case unknown
  case string
  /// Base64 (3.3.2).
  case bytes
  /// A trace id: 32 hexadecimal digits (3.3.1).
  case traceID
  /// A span id: 16 hexadecimal digits.
  case spanID
  case message
  case bool
  /// `int32`, or an enum, which is an integer in OTLP's JSON (3.3.3).
  case int32
  case uint32
  case sint32
  case fixed32
  /// A string of decimal digits (3.3.6), as all integers of 64 bits.
  case int64
  case uint64
  case fixed64
  case sfixed64
  case double

  /// The wire type of one value.
  var wireType: UInt32 {
    switch self {
    case .unknown, .bool, .int32, .uint32, .sint32, .int64, .uint64: 0
    case .fixed64, .sfixed64, .double: 1
    case .string, .bytes, .traceID, .spanID, .message: 2
    case .fixed32: 5
    }
  }

  /// True if several values may be in one length-delimited field.
  var isPackable: Bool { wireType != 2 }
}
