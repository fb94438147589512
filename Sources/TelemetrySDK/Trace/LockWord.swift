internal import Synchronization

#if os(Linux)
  internal import COTLPSystem
#endif

/// A lock in memory that belongs to its user, such as a block that holds the lock and the values that it guards.
///
/// It works in a forked child, as `Locked` does, because it doesn't store the thread that holds it. A thread that holds it must
/// not take it again. It is in this target because functions of another one aren't inlined.
@safe
struct LockWord {
  /// The bytes that a lock takes, aligned to 8.
  static var size: Int { 8 }

  // SAFETY: points to initialized memory for as long as the lock's user lives; only atomic operations reach it.
  #if os(Linux)
    // 0 free, 1 held, 2 held and a thread may wait.
    private let word: UnsafeMutablePointer<Atomic<UInt32>>
  #else
    private let word: UnsafeMutablePointer<Mutex<Void>>
  #endif

  /// Makes a free lock in the memory at `address`.
  @unsafe
  @inline(__always)
  static func initialize(at address: UnsafeMutableRawPointer) {
    #if os(Linux)
      unsafe address.bindMemory(to: Atomic<UInt32>.self, capacity: 1).initialize(to: Atomic(0))
    #else
      unsafe address.bindMemory(to: Mutex<Void>.self, capacity: 1).initialize(to: .init(()))
    #endif
  }

  /// The lock at `address`, where `initialize` made one.
  @unsafe
  @inline(__always)
  init(at address: UnsafeMutableRawPointer) {
    #if os(Linux)
      unsafe word = address.assumingMemoryBound(to: Atomic<UInt32>.self)
    #else
      unsafe word = address.assumingMemoryBound(to: Mutex<Void>.self)
    #endif
  }

  /// Waits until no other thread holds the lock, and holds it.
  @inline(__always)
  func lock() {
    #if os(Linux)
      let (taken, _) = unsafe word.pointee.compareExchange(
        expected: 0, desired: 1, successOrdering: .acquiring, failureOrdering: .relaxed)
      if !taken { lockSlowly() }
    #else
      unsafe word.pointee._unsafeLock()
    #endif
  }

  /// Releases the lock.
  @inline(__always)
  func unlock() {
    #if os(Linux)
      if unsafe word.pointee.exchange(0, ordering: .releasing) == 2 { wakeOne() }
    #else
      unsafe word.pointee._unsafeUnlock()
    #endif
  }

  #if os(Linux)
    @inline(never)
    private func lockSlowly() {
      // Most critical sections end sooner than a thread could sleep.
      for _ in 0..<100 {
        let (taken, held) = unsafe word.pointee.compareExchange(
          expected: 0, desired: 1, successOrdering: .acquiring, failureOrdering: .relaxed)
        if taken { return }
        if held == 2 { break }
        COTLPSystem_pause()
      }
      // A thread that slept can't know whether others still sleep, so it marks the lock as contended.
      while unsafe word.pointee.exchange(2, ordering: .acquiring) != 0 { unsafe COTLPSystem_futex_wait(word, 2) }
    }

    @inline(never)
    private func wakeOne() { unsafe COTLPSystem_futex_wake_one(word) }
  #endif
}
