internal import COTLPSystem

/// Draws the identifiers of the log records in one request: 8 bytes of the time, so that new rows lie beside each other in the index,
/// 4 bytes of chance, and 4 bytes that count.
struct RecordIDs {
  private var prefix: [UInt8] = []
  private var count: UInt32 = 0

  mutating func next() -> [UInt8] {
    if prefix.isEmpty {
      let (time, chance) = (COTLPSystem_wall_nanoseconds(), UInt32.random(in: .min ... .max))
      unsafe withUnsafeBytes(of: time.bigEndian) { unsafe prefix.append(contentsOf: $0) }
      unsafe withUnsafeBytes(of: chance) { unsafe prefix.append(contentsOf: $0) }
    }
    defer { count &+= 1 }
    return unsafe withUnsafeBytes(of: count.bigEndian) { unsafe prefix + $0 }
  }
}
