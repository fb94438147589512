internal import Synchronization

/// A SplitMix64 sequence that threads share: one atomic addition a number, no lock and no system call.
final class RandomSequence: ForkParticipant {
  /// The odd constant of SplitMix64, 2^64 divided by the golden ratio.
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  private let position: Atomic<UInt64>
  /// Tells processes apart when their positions meet: 64 bits alone would repeat whole runs of trace ids.
  private let offset: Atomic<UInt64>

  init(position: UInt64 = .random(in: 0...UInt64.max), offset: UInt64 = .random(in: 0...UInt64.max)) {
    self.position = Atomic(position)
    self.offset = Atomic(offset)
    Fork.join(self)
  }

  deinit { Fork.leave(self) }

  /// The next number; never 0.
  func nextNonZero() -> UInt64 {
    while true {
      let value = Self.mix(advance())
      if value != 0 { return value }
    }
  }

  /// Two numbers that are independent of each other.
  func nextPair() -> (UInt64, UInt64) {
    let position = advance()
    return (Self.mix(position &+ offset.load(ordering: .relaxed)), Self.mix(position))
  }

  @inline(__always)
  func nextTraceID() -> TraceID {
    while true {
      let (high, low) = nextPair()
      let id = TraceID(high: high, low: low)
      if id.isValid { return id }
    }
  }

  @inline(__always)
  func nextSpanID() -> SpanID { SpanID(nextNonZero()) }

  private func advance() -> UInt64 { position.wrappingAdd(Self.step, ordering: .relaxed).newValue }

  private static func mix(_ position: UInt64) -> UInt64 {
    var value = position
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  var forkOrder: ForkOrder { .leaf }
  func prepareFork() {}
  func forkedParent() {}

  func forkedChild() {
    position.store(.random(in: 0...UInt64.max), ordering: .relaxed)
    offset.store(.random(in: 0...UInt64.max), ordering: .relaxed)
  }
}
