package import Synchronization

#if os(Linux)
  internal import COTLPSystem
#endif

/// A value behind a lock: like the standard library's `Mutex`, but for a process that may fork.
///
/// On Linux a `Mutex` knows its owner by the thread's number, which is cached in the thread. A fork changes the number
/// of the child's thread, and the process stops the first time that two threads of the child want the same `Mutex`.
/// This lock knows no threads. A thread that holds the lock must not take the lock again.
@safe
package struct Locked<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  #if os(Linux)
    // 0: free; 1: held; 2: held, and a thread may wait.
    @usableFromInline let word: UnsafeMutablePointer<Atomic<UInt32>>
  #else
    @usableFromInline let word: UnsafeMutablePointer<Mutex<Void>>
  #endif
  @usableFromInline let storage: UnsafeMutablePointer<Value>

  @inlinable
  package init(_ value: consuming Value) {
    // Lock and value share one block; the value follows at the next aligned address.
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

  /// The address of the value. Only for the holder of the lock.
  @unsafe @inlinable
  package var value: UnsafeMutablePointer<Value> { unsafe storage }

  /// Calls `body` with the value under the lock.
  @inlinable
  package borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    lock()
    defer { unlock() }
    return try unsafe body(&storage.pointee)
  }

  /// Takes the lock; waits while another thread holds the lock.
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

  /// Releases the lock.
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
      // The lock is held briefly: spinning often costs less than sleeping.
      for _ in 0..<100 {
        COTLPSystem_pause()
        // An exchange would take the cache line from the holder, which needs it for the release.
        let held = unsafe word.pointee.load(ordering: .relaxed)
        if held == 2 { break }
        guard held == 0 else { continue }
        let (taken, _) = unsafe word.pointee.compareExchange(
          expected: 0, desired: 1, successOrdering: .acquiring, failureOrdering: .relaxed)
        if taken { return }
      }
      // A thread that has slept can't know if others still sleep, and takes the lock with mark 2.
      while unsafe word.pointee.exchange(2, ordering: .acquiring) != 0 { unsafe COTLPSystem_futex_wait(word, 2) }
    }

    @usableFromInline
    borrowing func wakeOne() { unsafe COTLPSystem_futex_wake_one(word) }
  #endif
}
