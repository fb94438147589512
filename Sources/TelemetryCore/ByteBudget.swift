internal import Synchronization

/// A bound in bytes that several holders share: each takes before it holds memory and gives back after. Thread-safe.
public final class ByteBudget: Sendable {
  /// The bound.
  public let limit: Int
  private let taken = Atomic<Int>(0)

  /// Makes a budget of `limit` bytes; `limit` must be at least 1.
  public init(limit: Int) {
    precondition(limit > 0, "a byte budget of \(limit); allowed: 1 or more")
    self.limit = limit
  }

  /// What is taken now, in bytes.
  public var used: Int { taken.load(ordering: .relaxed) }

  /// What is free now, in bytes.
  public var available: Int { max(0, limit - used) }

  /// Takes `count` bytes if they are free; false, and nothing taken, if not.
  public func take(_ count: Int) -> Bool {
    precondition(count >= 0)
    var current = taken.load(ordering: .relaxed)
    while true {
      guard count <= limit - current else { return false }
      let (exchanged, original) = taken.weakCompareExchange(
        expected: current, desired: current + count, ordering: .acquiringAndReleasing)
      if exchanged { return true }
      current = original
    }
  }

  /// Gives back `count` bytes that were taken before.
  public func give(_ count: Int) {
    let left = taken.wrappingSubtract(count, ordering: .acquiringAndReleasing).newValue
    precondition(count >= 0 && left >= 0, "more was given back to a byte budget than had been taken")
  }
}
