package import Synchronization

#if os(Linux)
  internal import COTLPSystem
#endif

/// A value behind a lock: the standard library's `Mutex`, for a process that may fork.
///
/// On Linux that one knows its owner by a thread's number, which it keeps for the thread's life; but a fork gives the
/// child's thread another one, and the first time that two threads of the child want the same `Mutex`, the program
/// stops. This lock knows no threads. Who holds it must not ask for it again.
@safe
package struct Locked<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  #if os(Linux)
    // 0 free, 1 held, 2 held and somebody may wait.
    @usableFromInline let word: UnsafeMutablePointer<Atomic<UInt32>>
  #else
    @usableFromInline let word: UnsafeMutablePointer<Mutex<Void>>
  #endif
  @usableFromInline let storage: UnsafeMutablePointer<Value>

  @inlinable
  package init(_ value: consuming Value) {
    // One block for both: the lock in front, the value at the next place that its alignment permits.
    let offset = max(16, MemoryLayout<Value>.alignment)
    let block = UnsafeMutableRawPointer.allocate(byteCount: offset + MemoryLayout<Value>.size, alignment: offset)
    unsafe storage = unsafe (block + offset).bindMemory(to: Value.self, capacity: 1)
    #if os(Linux)
      unsafe word = block.bindMemory(to: Atomic<UInt32>.self, capacity: 1)
      unsafe word.initialize(to: Atomic(0))
    #else
      unsafe word = block.bindMemory(to: Mutex<Void>.self, capacity: 1)
      unsafe word.initialize(to: .init(()))
    #endif
    unsafe storage.initialize(to: value)
  }

  @inlinable
  deinit {
    unsafe storage.deinitialize(count: 1)
    unsafe word.deinitialize(count: 1)
    unsafe UnsafeMutableRawPointer(word).deallocate()
  }

  /// Where the value lies; only for who holds the lock.
  @unsafe @inlinable
  package var value: UnsafeMutablePointer<Value> { unsafe storage }

  /// Calls `body` with the value while no other thread can reach it.
  @inlinable
  package borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    lock()
    defer { unlock() }
    return try unsafe body(&storage.pointee)
  }

  /// Waits until no other thread holds the lock, and holds it.
  @inlinable
  package borrowing func lock() {
    #if os(Linux)
      let (taken, _) = unsafe word.pointee.compareExchange(
        expected: 0, desired: 1, successOrdering: .acquiring, failureOrdering: .relaxed)
      if !taken { lockSlowly() }
    #else
      unsafe word.pointee._unsafeLock()
    #endif
  }

  /// Lets go of the lock.
  @inlinable
  package borrowing func unlock() {
    #if os(Linux)
      if unsafe word.pointee.exchange(0, ordering: .releasing) == 2 { wakeOne() }
    #else
      unsafe word.pointee._unsafeUnlock()
    #endif
  }

  #if os(Linux)
    @usableFromInline
    borrowing func lockSlowly() {
      // What is held is held briefly: often it is free again before sleeping would have cost less.
      for _ in 0..<100 {
        let (taken, held) = unsafe word.pointee.compareExchange(
          expected: 0, desired: 1, successOrdering: .acquiring, failureOrdering: .relaxed)
        if taken { return }
        if held == 2 { break }
        COTLPSystem_pause()
      }
      // Whoever slept can't know whether others still do, so it takes the lock as one that is waited for.
      while unsafe word.pointee.exchange(2, ordering: .acquiring) != 0 { unsafe COTLPSystem_futex_wait(word, 2) }
    }

    @usableFromInline
    borrowing func wakeOne() { unsafe COTLPSystem_futex_wake_one(word) }
  #endif
}
