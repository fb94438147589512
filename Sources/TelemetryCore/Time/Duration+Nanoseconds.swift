extension Duration {
  /// The duration in whole nanoseconds, clamped to the range of an `Int64` (292 years).
  package var clampedNanoseconds: Int64 {
    // The comparison comes first: `components` stops the process if the seconds don't fit into 64 bits.
    guard self < .nanoseconds(Int64.max) else { return .max }
    guard self > .nanoseconds(Int64.min) else { return .min }
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
