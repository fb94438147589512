/// The most baggage that is read from, or written into, the headers of one request (W3C Baggage, limits).
struct BaggageLimit {
  static let maxBytes = 8192
  private static let maxMembers = 180

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
}
