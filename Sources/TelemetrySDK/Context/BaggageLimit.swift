/// The most baggage that is read from, or written into, the headers of one request (W3C Baggage, limits).
struct BaggageLimit {
  private static let maxBytes = 8192
  static let maxMembers = 180

  private var members = 0
  private var bytes = 0

  /// Counts a member with the comma before it.
  /// - Returns: False, and nothing is counted, if the member doesn't fit.
  mutating func admits(_ length: Int) -> Bool {
    let total = bytes + length + (members > 0 ? 1 : 0)
    guard members < Self.maxMembers, total <= Self.maxBytes else { return false }
    members += 1
    bytes = total
    return true
  }

  /// The members of a header as far as they end within the most bytes.
  static func wholeMembers(_ header: String) -> [Substring] {
    var bytes = header.utf8[...]
    if let end = bytes.index(bytes.startIndex, offsetBy: maxBytes, limitedBy: bytes.endIndex), end < bytes.endIndex {
      bytes = bytes[...end]
      bytes = bytes[..<(bytes.lastIndex(of: UInt8(ascii: ",")) ?? bytes.startIndex)]
    }
    return bytes.split(separator: UInt8(ascii: ",")).map { Substring($0) }
  }
}
