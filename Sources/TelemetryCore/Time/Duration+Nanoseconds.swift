extension Duration {
  /// The duration in whole nanoseconds, clamped to what an `Int64` holds (292 years).
  package var clampedNanoseconds: Int64 {
    // Compared first: `components` stops the process where the seconds don't fit into 64 bits.
    guard self < .nanoseconds(Int64.max) else { return .max }
    guard self > .nanoseconds(Int64.min) else { return .min }
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
