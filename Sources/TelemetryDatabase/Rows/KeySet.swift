/// Finds keys that an object has twice, for nested objects, without an allocation for each.
struct KeySet {
  // A search among more keys would take long; such an object counts as one with repeated keys.
  private static let mostKeys = 256

  private var digests: [UInt64] = []
  private var start = 0

  /// - Returns: True if the object may have the key already.
  mutating func insert(_ digest: UInt64) -> Bool {
    guard digests.count - start < Self.mostKeys else { return true }
    defer { digests.append(digest) }
    return digests[start...].contains(digest)
  }

  /// Begins an object in the present one.
  /// - Returns: The value for ``endObject(_:)``.
  mutating func beginObject() -> Int {
    defer { start = digests.count }
    return start
  }

  mutating func endObject(_ outer: Int) {
    digests.removeSubrange(start...)
    start = outer
  }

  mutating func removeAll() {
    digests.removeAll(keepingCapacity: true)
    start = 0
  }
}
