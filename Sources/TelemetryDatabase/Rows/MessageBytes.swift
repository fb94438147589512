internal import OTLPWire

/// Bytes of a message that is read. They don't outlive the call that was given the message.
@safe
struct MessageBytes {
  // SAFETY: used within the call that reads the message.
  let raw: UnsafeRawBufferPointer

  @unsafe
  init(_ raw: UnsafeRawBufferPointer) { unsafe self.raw = raw }

  static var empty: MessageBytes { unsafe MessageBytes(UnsafeRawBufferPointer(start: nil, count: 0)) }

  var count: Int { unsafe raw.count }
  var isEmpty: Bool { unsafe raw.isEmpty }

  /// A reader of the fields of a message.
  func fields() -> ProtobufReader { unsafe ProtobufReader(raw) }
}

extension ProtobufReader {
  /// The content of a field that has a length.
  mutating func bytes() throws(WireError) -> MessageBytes { unsafe MessageBytes(try content()) }
}
