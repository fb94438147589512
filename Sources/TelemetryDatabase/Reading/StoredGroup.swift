internal import OTLPWire
internal import TelemetrySDK

/// Resources and scopes whose columns aren't exact: their column `otlp` has a `ResourceSpans` or `ScopeSpans` without items, with the
/// numbers that these messages have for all signals.
enum StoredGroup {
  /// The resource of a `ResourceSpans`.
  static func resource(_ group: [UInt8]) -> Resource { span(group + field(2, emptySpan))?.resource ?? .empty }

  /// The scope of a `ScopeSpans`.
  static func scope(_ group: [UInt8]) -> InstrumentationScope {
    span(field(2, group + emptySpan))?.scope ?? .empty
  }

  /// The item of a message, without its resource and scope.
  static func item<Item: DecodableItem>(_ message: [UInt8]) throws(WireError) -> Item {
    let request = field(1, field(2, field(2, message)))
    // Its one field is the one item.
    return try ExportRequestDecoder.decode(request, as: Item.self)[0]
  }

  private static let emptySpan = field(2, [])

  private static func span(_ resourceSpans: [UInt8]) -> SpanData? {
    try? ExportRequestDecoder.decode(field(1, resourceSpans)).first
  }

  /// A field that has a length.
  static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    var bytes = [number << 3 | 2]
    var count = content.count
    while count >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: count) | 0x80)
      count >>= 7
    }
    bytes.append(UInt8(count))
    return bytes + content
  }
}
