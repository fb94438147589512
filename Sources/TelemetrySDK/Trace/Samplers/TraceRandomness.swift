/// The random bits of a trace, by which samplers of all languages decide alike: `rv` of the trace state's entry `ot`, or the right-most
/// seven bytes of the trace id.
struct TraceRandomness: Sendable {
  private let warning: WarnOnce

  /// - Parameters:
  ///   - sampler: The sampler's name, for the warning.
  ///   - diagnostics: Receives one warning if a parent's trace id isn't known to be random.
  init(_ sampler: String, _ diagnostics: Diagnostics) {
    warning = WarnOnce("\(sampler) presumes a random trace id, but the parent's random flag isn't set", diagnostics)
  }

  /// The 56 random bits.
  func value(_ parent: SpanContext, _ traceID: TraceID) -> UInt64 {
    if let explicit = parent.traceState.randomness { return explicit }
    if parent.isValid, !parent.flags.contains(.random) { warning.emit() }
    return traceID.low & 0xFF_FFFF_FFFF_FFFF
  }
}
