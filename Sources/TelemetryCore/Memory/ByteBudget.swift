internal import Synchronization

/// A limit in bytes that several holders share. A holder takes bytes before it allocates memory, and gives the bytes
/// back after the release. Thread-safe.
///
/// Memory that is kept for later use, such as the objects of a pool, is a reserve: such memory counts as taken, and is released
/// when another holder needs the bytes.
@safe
package final class ByteBudget: Sendable {
  /// The limit in bytes.
  package let limit: Int
  private let taken = Atomic<Int>(0)
  private let reserved = Atomic<Int>(0)
  private let reserves = Locked<[@Sendable () -> Void]>([])
  // SAFETY: set before the budget is shared, and only read afterwards.
  nonisolated(unsafe) private var roomObserver: (@Sendable () -> Void)?

  /// Makes a budget of `limit` bytes. A negative limit counts as 0.
  package init(limit: Int) {
    self.limit = max(0, limit)
  }

  /// The bytes that are taken now.
  package var used: Int { taken.load(ordering: .relaxed) }

  /// The bytes that are free now; negative while ``takeExceeding(_:)`` has taken more than there were.
  package var available: Int { limit - used }

  /// Takes `count` bytes if they are free. A negative count is 0.
  /// - Returns: False if nothing was taken.
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

  /// Gives back bytes of ``takeExceeding(_:)``, and calls the observer of ``observeRoom(_:)``.
  package func giveExceeding(_ count: Int) {
    give(count)
    unsafe roomObserver?()
  }

  /// Registers the function that ``giveExceeding(_:)`` calls, on any thread. It must not wait. Must be called before the
  /// budget is shared.
  package func observeRoom(_ observer: @escaping @Sendable () -> Void) { unsafe roomObserver = observer }

  /// Takes `count` bytes, and releases the reserves if too few bytes are free.
  /// - Returns: False if nothing was taken.
  package func takeReclaiming(_ count: Int) -> Bool {
    if take(count) { return true }
    guard reserved.load(ordering: .relaxed) > 0, count <= limit else { return false }
    for release in reserves.withLock({ $0 }) { release() }
    return take(count)
  }

  /// The bytes taken as reserves.
  package var reserve: Int { reserved.load(ordering: .relaxed) }

  /// Registers a function that releases a reserve when bytes are needed. The function is called on any thread and must
  /// not wait.
  package func addReserve(_ release: @escaping @Sendable () -> Void) { reserves.withLock { $0.append(release) } }

  /// Takes `count` bytes for a reserve if they are free. A negative count is 0.
  /// - Returns: False if nothing was taken.
  package func takeReserve(_ count: Int) -> Bool {
    let count = max(0, count)
    guard take(count) else { return false }
    reserved.wrappingAdd(count, ordering: .relaxed)
    return true
  }

  /// Gives back `count` bytes of a reserve, which is in use again or released.
  package func giveReserve(_ count: Int) {
    Self.subtract(count, from: reserved)
    give(count)
  }

  /// Resets the budget in a forked child: the taken bytes and the reserves belong to the parent.
  package func forkedChild() {
    taken.store(0, ordering: .relaxed)
    reserved.store(0, ordering: .relaxed)
    unsafe reserves.value.initialize(to: [])
    reserves.unlock()
  }

  /// Gives back `count` bytes. A negative count is 0; a count above the taken bytes gives back all taken bytes.
  package func give(_ count: Int) { Self.subtract(count, from: taken) }

  /// Stops at 0: a wrong count must not end the process.
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
