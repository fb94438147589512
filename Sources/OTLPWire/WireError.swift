/// The reason why bytes are not a valid protobuf message of the expected type.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// The bytes end within a field.
    case truncated
    /// A varint of more than ten bytes, or of more than 64 bits.
    case badVarint
    /// Field number 0 or above 2^29 - 1.
    case badFieldNumber
    /// A wire type that doesn't exist, or the end of a group without its start.
    case badWireType
    /// Text that is not UTF-8.
    case badUTF8
    /// A trace id of neither 16 nor 0 bytes, or a span id of neither 8 nor 0.
    case badIdentifier
    /// Messages nested beyond the limit.
    case tooDeep
    /// More spans than the limit, or a longer message.
    case tooLarge
  }

  package let code: Code
  /// The position of the error: bytes from the start of the message.
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
