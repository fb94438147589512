/// Keeps costly objects for the next use. Thread-safe.
///
/// ``acquire()`` lends an object, which returns to the pool when the ``PooledObject`` is destroyed. The pool drops the
/// object if the pool is full or `reset` returns false. A ``ByteBudget`` can count the objects in the pool.
package final class ObjectPool<Element: Sendable>: Sendable {
  /// The figures of a pool.
  package struct Statistics: Hashable, Sendable {
    /// Objects in the pool now.
    package var available: Int
    /// The most objects that the pool keeps.
    package var capacity: Int
    /// Objects lent from the pool.
    package var hits: Int
    /// Objects made because the pool was empty.
    package var misses: Int
    /// Returned objects that were dropped: the pool or the budget was full, or `reset` returned false.
    package var discarded: Int
  }

  // SAFETY: a box belongs either to the pool, under the lock, or to one PooledObject.
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
  ///   - capacity: The most objects that the pool keeps.
  ///   - factory: Makes an object when the pool is empty.
  ///   - reset: Prepares a returned object for the next use; returns false to drop the object.
  ///   - size: The memory of an object in bytes, for ``share(_:)``.
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

  /// Counts the objects in the pool as a reserve of `budget`, and keeps no object that the budget has no room for. Only
  /// the first call has an effect.
  package func share(_ budget: ByteBudget) {
    let isFirst = state.withLock { state in
      guard state.budget == nil else { return false }
      state.budget = budget
      state.objects.removeAll(keepingCapacity: true)  // the budget hasn't counted them
      return true
    }
    if isFirst { budget.addReserve { [weak self] in self?.trim() } }
  }

  /// Lends an object from the pool, or a new object.
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

  /// The figures of the pool.
  package var statistics: Statistics {
    state.withLock { state in
      Statistics(
        available: state.objects.count, capacity: capacity, hits: state.hits, misses: state.misses,
        discarded: state.discarded)
    }
  }

  /// Drops the objects in the pool, except for `count` objects.
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

/// An object on loan from an ``ObjectPool``. Its destruction returns the object.
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
