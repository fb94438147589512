/// Counts the spans of an `ExportTraceServiceRequest` without decoding them.
enum SpanCounter {
  /// The number of spans; nil if the bytes are no such message.
  static func count(_ message: ArraySlice<UInt8>) -> Int? {
    unsafe message.withUnsafeBufferPointer { unsafe count($0[...], field: 1, below: 2) }
  }

  /// The ids of the spans of a message that ``count(_:)`` has read.
  static func ids(_ message: ArraySlice<UInt8>, count: Int) -> [UInt64] {
    var ids: [UInt64] = []
    ids.reserveCapacity(count)
    unsafe message.withUnsafeBufferPointer { unsafe collect($0[...], below: 2, &ids) }
    return ids
  }

  // The way down is field 1, then field 2 twice; field 2 of a span is its id. The message is known to be sound.
  @unsafe
  private static func collect(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, below levels: Int, _ ids: inout [UInt64]) {
    var rest = unsafe bytes
    let field: UInt64 = levels == 2 ? 1 : 2
    while let tag = unsafe varint(&rest) {
      switch tag & 7 {
      case 0: _ = unsafe varint(&rest)
      case 1: _ = unsafe skip(8, &rest)
      case 5: _ = unsafe skip(4, &rest)
      default:
        guard let length = unsafe varint(&rest), unsafe length <= UInt64(rest.count) else { return }
        let inner = unsafe rest.prefix(Int(length))
        unsafe rest = unsafe rest.dropFirst(Int(length))
        guard tag >> 3 == field else { continue }
        if levels >= 0 {
          unsafe collect(inner, below: levels - 1, &ids)
        } else {
          unsafe ids.append(inner.reduce(0) { $0 << 8 | UInt64($1) })
        }
      }
    }
  }

  // `TracesData.resource_spans` is field 1; in it `scope_spans`, and in that `spans`, are field 2.
  @unsafe
  private static func count(
    _ bytes: Slice<UnsafeBufferPointer<UInt8>>, field: UInt64, below levels: Int
  ) -> Int? {
    var rest = unsafe bytes
    var spans = 0
    while unsafe !rest.isEmpty {
      guard let tag = unsafe varint(&rest) else { return nil }
      switch tag & 7 {
      case 0: guard unsafe varint(&rest) != nil else { return nil }
      case 1: guard unsafe skip(8, &rest) else { return nil }
      case 5: guard unsafe skip(4, &rest) else { return nil }
      case 2:
        guard let length = unsafe varint(&rest), unsafe length <= UInt64(rest.count) else { return nil }
        let inner = unsafe rest.prefix(Int(length))
        unsafe rest = unsafe rest.dropFirst(Int(length))
        guard tag >> 3 == field else { continue }
        if levels == 0 {
          spans += 1
        } else {
          guard let below = unsafe count(inner, field: 2, below: levels - 1) else { return nil }
          spans += below
        }
      default: return nil
      }
    }
    return spans
  }

  @unsafe
  private static func skip(_ count: Int, _ bytes: inout Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard unsafe bytes.count >= count else { return false }
    unsafe bytes = unsafe bytes.dropFirst(count)
    return true
  }

  @unsafe
  private static func varint(_ bytes: inout Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64, let byte = unsafe bytes.popFirst() {
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
