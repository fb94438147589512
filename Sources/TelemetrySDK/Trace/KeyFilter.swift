/// A set of keys that may answer "present" for an absent key: 256 bits, one for each hash.
///
/// It spares a span the search for an earlier attribute of the same key, which nearly never exists.
@safe
struct KeyFilter {
  /// The bytes that a filter takes, aligned to 8.
  static var size: Int { 32 }

  // SAFETY: points to four words that the filter's user owns and guards.
  private let words: UnsafeMutablePointer<UInt64>

  /// The filter at `address`, which `initialize` has emptied.
  @unsafe
  @inline(__always)
  init(at address: UnsafeMutableRawPointer) { unsafe words = address.assumingMemoryBound(to: UInt64.self) }

  /// Makes an empty filter in the memory at `address`.
  @unsafe
  @inline(__always)
  static func initialize(at address: UnsafeMutableRawPointer) {
    unsafe address.bindMemory(to: UInt64.self, capacity: 4).initialize(repeating: 0, count: 4)
  }

  /// Inserts a key.
  /// - Returns: False if the key is certainly new.
  @unsafe
  @inline(__always)
  func insert(_ key: UnsafeRawBufferPointer) -> Bool {
    let hash = unsafe Self.hash(key)
    let word = unsafe words + Int(truncatingIfNeeded: hash >> 6)
    let mask = UInt64(1) << (hash & 63)
    let before = unsafe word.pointee
    unsafe word.pointee = before | mask
    return before & mask != 0
  }

  /// Eight bits of the key's length and its first and last bytes, which overlap in a short key.
  @unsafe
  @inline(__always)
  static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
    let count = key.count
    guard let start = key.baseAddress else { return 0 }
    let (head, tail): (UInt64, UInt64)
    if count >= 8 {
      unsafe (head, tail) = (
        start.loadUnaligned(as: UInt64.self), start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      )
    } else if count >= 4 {
      unsafe (head, tail) = (
        UInt64(start.loadUnaligned(as: UInt32.self)),
        UInt64(start.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
      )
    } else {
      unsafe (head, tail) = (
        UInt64(start.load(as: UInt8.self)), UInt64(start.load(fromByteOffset: count &- 1, as: UInt8.self))
      )
    }
    let mixed = (head ^ tail &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)) &* 0xD6E8_FEB8_6659_FD93
    return mixed >> 56
  }
}
