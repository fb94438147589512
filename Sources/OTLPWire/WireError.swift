/// Why bytes are not the protobuf message that they should be.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of fault.
  package enum Code: Hashable, Sendable {
    /// The bytes end within a field.
    case truncated
    /// A varint of more than ten bytes, or of more than 64 bits.
    case badVarint
    /// Field number 0 or above 2^29 - 1.
    case badFieldNumber
    /// A wire type that doesn't exist, or an end of a group that was not begun.
    case badWireType
    /// Text that is not UTF-8.
    case badUTF8
    /// A trace id that has neither 16 nor 0 bytes, or a span id that has neither 8 nor 0.
    case badIdentifier
    /// Messages within messages beyond the limit.
    case tooDeep
    /// More spans, or a longer message, than the limit.
    case tooLarge
  }

  package let code: Code
  /// Where in the message, in bytes from its start.
  package let offset: Int

  package init(_ code: Code, at offset: Int) {
    self.code = code
    self.offset = offset
  }

  package var description: String {
    let reason =
      switch code {
      case .truncated: "the message ends within a field"
      case .badVarint: "a varint is longer than 64 bits"
      case .badFieldNumber: "a field number is out of range"
      case .badWireType: "a wire type is not valid here"
      case .badUTF8: "text is not valid UTF-8"
      case .badIdentifier: "a trace id must have 16 bytes, a span id 8"
      case .tooDeep: "messages are nested too deeply"
      case .tooLarge: "the message is larger than allowed"
      }
    return "not a valid OTLP message: \(reason), at byte \(offset)"
  }
}
