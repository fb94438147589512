/// A value in a row of a result, or a parameter of a query. Texts and JSON are their bytes.
enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case bytes([UInt8])

  var isNull: Bool { self == .null }

  /// The integer; 0 for another value.
  var integer: Int64 { if case .integer(let value) = self { value } else { 0 } }

  /// The bytes; none for another value.
  var bytes: [UInt8] { if case .bytes(let bytes) = self { bytes } else { [] } }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}
