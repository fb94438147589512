/// Keeps objects that are costly to make for the next use. Thread-safe.
///
/// ``acquire()`` gives an object that returns itself when its life ends. An object whose `reset` says false, or that
/// finds the pool full, is let go. Where a ``ByteBudget`` is shared with the pool, what lies ready counts in it.
package final class ObjectPool<Element: Sendable>: Sendable {
  /// What a pool has done so far.
  package struct Statistics: Hashable, Sendable {
    /// Objects that lie ready now.
    package var available: Int
    /// The most that the pool keeps.
    package var capacity: Int
    /// Objects given out from the pool.
    package var hits: Int
    /// Objects that had to be made.
    package var misses: Int
    /// Returned objects that were let go: the pool was full, or `reset` refused them.
    package var discarded: Int
  }

  // SAFETY: a box belongs to the pool, under its lock, or to the one PooledObject that holds it.
  @safe
  fileprivate final class Box: Sendable {
    nonisolated(unsafe) var value: Element
    init(_ value: Element) { unsafe self.value = value }
  }

  private struct State {
    var objects: [Box]
    var hits = 0
    var misses = 0
    var discarded = 0
    var budget: ByteBudget?
  }

  private let capacity: Int
  private let factory: @Sendable () -> Element
  private let reset: @Sendable (inout Element) -> Bool
  private let size: @Sendable (Element) -> Int
  private let state: Locked<State>

  /// Makes a pool.
  /// - Parameters:
  ///   - capacity: The most objects kept; room for them is made as they come.
  ///   - factory: Makes an object when none is ready.
  ///   - reset: Prepares a returned object for its next use; false lets it go instead.
  ///   - size: The bytes that an object holds, for ``share(_:)``.
  package init(
    capacity: Int, factory: @escaping @Sendable () -> Element,
    reset: @escaping @Sendable (inout Element) -> Bool = { _ in true },
    size: @escaping @Sendable (Element) -> Int = { _ in 0 }
  ) {
    self.capacity = max(0, capacity)
    self.factory = factory
    self.reset = reset
    self.size = size
    state = Locked(State(objects: []))
  }

  deinit { trim() }

  /// Counts the objects that lie ready in `budget`, where they give way to whatever else needs room; one for which there
  /// is none isn't kept. The first budget counts.
  package func share(_ budget: ByteBudget) {
    let isFirst = state.withLock { state in
      guard state.budget == nil else { return false }
      state.budget = budget
      state.objects.removeAll(keepingCapacity: true)  // not counted
      return true
    }
    if isFirst { budget.addReserve { [weak self] in self?.trim() } }
  }

  /// An object from the pool, or a new one.
  package func acquire() -> PooledObject<Element> {
    let ready: Box? = state.withLock { state in
      guard let object = state.objects.popLast() else {
        state.misses += 1
        return nil
      }
      state.hits += 1
      unsafe state.budget?.giveReserve(size(object.value))
      return object
    }
    return PooledObject(pool: self, box: ready ?? Box(factory()))
  }

  /// The budget of ``share(_:)``.
  fileprivate var budget: ByteBudget? { state.withLock { $0.budget } }

  /// What the pool has done so far.
  package var statistics: Statistics {
    state.withLock { state in
      Statistics(
        available: state.objects.count, capacity: capacity, hits: state.hits, misses: state.misses,
        discarded: state.discarded)
    }
  }

  /// Lets go of the objects that lie ready, but for `count` of them.
  package func trim(keeping count: Int = 0) {
    let count = max(0, count)
    let objects: ArraySlice<Box> = state.withLock { state in
      guard state.objects.count > count else { return [] }
      let surplus = state.objects[count...]
      for object in surplus { unsafe state.budget?.giveReserve(size(object.value)) }
      state.objects.removeSubrange(count...)
      return surplus
    }
    _ = objects  // released outside the lock
  }

  fileprivate func giveBack(_ box: Box) {
    let usable = unsafe reset(&box.value)
    state.withLock { state in
      guard usable, state.objects.count < capacity, unsafe state.budget?.takeReserve(size(box.value)) ?? true else {
        state.discarded += 1
        return
      }
      state.objects.append(box)
    }
  }
}

/// An object on loan from an ``ObjectPool``; it returns itself when its life ends.
package struct PooledObject<Element: Sendable>: ~Copyable, Sendable {
  private var pool: ObjectPool<Element>?
  private let box: ObjectPool<Element>.Box

  fileprivate init(pool: ObjectPool<Element>, box: ObjectPool<Element>.Box) {
    self.pool = pool
    self.box = box
  }

  /// The object.
  package var value: Element {
    get { unsafe box.value }
    set { unsafe box.value = newValue }
  }

  /// The budget that the pool shares, if any.
  package var budget: ByteBudget? { pool?.budget }

  /// Ends the loan without returning the object.
  package consuming func take() -> Element {
    pool = nil
    return unsafe box.value
  }

  deinit { pool?.giveBack(box) }
}
