extension VirtualClock {
  /// A digest of all events of a simulation (FNV-1a).
  package struct Trace: Hashable, Sendable {
    /// The number of added values.
    package private(set) var count = 0
    /// The digest.
    package private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    mutating func add(_ value: UInt64) {
      count += 1
      var value = value
      for _ in 0..<8 {
        hash = (hash ^ (value & 0xFF)) &* 0x100_0000_01B3
        value >>= 8
      }
    }
  }
}
