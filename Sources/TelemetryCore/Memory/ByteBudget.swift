internal import Synchronization

/// A bound in bytes that several holders share: each takes before it holds memory and gives back after. Thread-safe.
///
/// What only lies ready for later use, such as a pool's objects, is a reserve: it counts, and is let go of when somebody
/// else needs the room.
package final class ByteBudget: Sendable {
  /// The bound.
  package let limit: Int
  private let taken = Atomic<Int>(0)
  private let reserved = Atomic<Int>(0)
  private let reserves = Locked<[@Sendable () -> Void]>([])

  /// Makes a budget of `limit` bytes; of a negative number of bytes none can be taken.
  package init(limit: Int) {
    self.limit = max(0, limit)
  }

  /// What is taken now, in bytes.
  package var used: Int { taken.load(ordering: .relaxed) }

  /// What is free now, in bytes.
  package var available: Int { max(0, limit - used) }

  /// Takes `count` bytes if they are free; false, and nothing taken, if not. A negative count is 0.
  package func take(_ count: Int) -> Bool {
    let count = max(0, count)
    var current = taken.load(ordering: .relaxed)
    while true {
      guard count <= limit - current else { return false }
      let (exchanged, original) = taken.weakCompareExchange(
        expected: current, desired: current + count, ordering: .acquiringAndReleasing)
      if exchanged { return true }
      current = original
    }
  }

  /// Takes `count` bytes for memory that exists already, even if they aren't free. As long as more than `limit` bytes are
  /// taken, ``take(_:)`` fails. A negative count is 0.
  package func takeExceeding(_ count: Int) { taken.wrappingAdd(max(0, count), ordering: .acquiringAndReleasing) }

  /// Takes `count` bytes if they are free, or become free when reserves are let go of.
  package func takeReclaiming(_ count: Int) -> Bool {
    if take(count) { return true }
    guard reserved.load(ordering: .relaxed) > 0, count <= limit else { return false }
    for release in reserves.withLock({ $0 }) { release() }
    return take(count)
  }

  /// Of what is taken, the bytes that are reserves.
  package var reserve: Int { reserved.load(ordering: .relaxed) }

  /// Has `release` called, on any thread, when room is needed: it lets go of reserves, and waits for nothing.
  package func addReserve(_ release: @escaping @Sendable () -> Void) { reserves.withLock { $0.append(release) } }

  /// Takes `count` bytes for a reserve, if they are free. A negative count is 0.
  package func takeReserve(_ count: Int) -> Bool {
    let count = max(0, count)
    guard take(count) else { return false }
    reserved.wrappingAdd(count, ordering: .relaxed)
    return true
  }

  /// Gives back bytes of a reserve, which is in use again or let go of.
  package func giveReserve(_ count: Int) {
    Self.subtract(count, from: reserved)
    give(count)
  }

  /// In a forked child: what was taken is the parent's, and so are its reserves.
  package func forkedChild() {
    taken.store(0, ordering: .relaxed)
    reserved.store(0, ordering: .relaxed)
    unsafe reserves.value.initialize(to: [])
    reserves.unlock()
  }

  /// Gives back `count` bytes that were taken before; of more than were taken, those that were. A negative count is 0.
  package func give(_ count: Int) { Self.subtract(count, from: taken) }

  /// Never below 0: a wrong account must not end the process.
  private static func subtract(_ count: Int, from bytes: borrowing Atomic<Int>) {
    let count = max(0, count)
    var current = bytes.load(ordering: .relaxed)
    while true {
      let (exchanged, original) = bytes.weakCompareExchange(
        expected: current, desired: max(0, current - count), ordering: .acquiringAndReleasing)
      if exchanged { return }
      current = original
    }
  }
}
