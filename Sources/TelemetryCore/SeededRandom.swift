/// Random numbers that repeat for the same seed (SplitMix64). For jitter and simulations, not for secrets.
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// - Parameter seed: Nil means a random seed.
  package init(seed: UInt64? = nil) { state = seed ?? UInt64.random(in: 0...UInt64.max) }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// A number of 0 ..< 1.
  package mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A duration of `range` in whole nanoseconds.
  package mutating func duration(in range: ClosedRange<Duration>) -> Duration {
    let bounds = range.lowerBound.clampedNanoseconds...range.upperBound.clampedNanoseconds
    return .nanoseconds(Int64.random(in: bounds, using: &self))
  }

  /// True with a probability of 1 in `count`.
  package mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
