internal import OTLPSystem
internal import Synchronization

#if os(Linux)
  internal import COTLPSystem
#endif

/// A lock in memory that belongs to its user, such as a block that holds the lock and the values that it guards.
///
/// It works in a forked child, as `Locked` does, because it doesn't store the thread that holds it, unless another thread of the
/// parent held it at the fork. A thread that holds it must not take it again. It is in this target because functions of another
/// one aren't inlined.
///
/// A release is a plain store: it doesn't look for waiting threads, which would take as long as setting an attribute. They look
/// again themselves (ARCHITECTURE P4).
@safe
struct LockWord {
  /// The bytes that a lock takes, aligned to 8.
  static var size: Int { 8 }

  // SAFETY: points to initialized memory for as long as the lock's user lives; only atomic operations reach it.
  #if os(Linux)
    // 0 free, 1 held.
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
      unsafe word.pointee.store(0, ordering: .releasing)
    #else
      unsafe word.pointee._unsafeUnlock()
    #endif
  }

  #if os(Linux)
    private static let spins = 100
    /// The pause of a thread that has spun in vain, in microseconds: the holder was probably interrupted.
    private static let pause: UInt32 = 20

    @inline(never)
    private func lockSlowly() {
      while true {
        // Most critical sections end sooner than a thread could sleep.
        for _ in 0..<Self.spins {
          COTLPSystem_pause()
          guard unsafe word.pointee.load(ordering: .relaxed) == 0 else { continue }
          let (taken, _) = unsafe word.pointee.weakCompareExchange(
            expected: 0, desired: 1, successOrdering: .acquiring, failureOrdering: .relaxed)
          if taken { return }
        }
        usleep(Self.pause)
      }
    }
  #endif
}
