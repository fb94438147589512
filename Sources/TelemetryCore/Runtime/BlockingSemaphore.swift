internal import OTLPSystem

#if os(Linux)
  internal import COTLPSystem
#endif

/// A counting semaphore. A thread waits until a deadline of the system's clock; an event loop's thread must not wait.
@safe
package final class BlockingSemaphore: Sendable {
  // SAFETY: allocated in init, freed in deinit; only the holder of the mutex touches the count.
  private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private nonisolated(unsafe) let condition: UnsafeMutablePointer<pthread_cond_t>
  private nonisolated(unsafe) let count: UnsafeMutablePointer<Int>

  package init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe count = .allocate(capacity: 1)
    unsafe count.initialize(to: 0)
    unsafe pthread_mutex_init(mutex, nil)
    #if canImport(Darwin)
      unsafe pthread_cond_init(condition, nil)
    #else
      var attributes = pthread_condattr_t()
      unsafe pthread_condattr_init(&attributes)
      unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      unsafe pthread_cond_init(condition, &attributes)
      unsafe pthread_condattr_destroy(&attributes)
    #endif
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
    unsafe count.deallocate()
  }

  /// Lets one thread through: a waiting thread, or else the next that waits.
  package func signal() {
    unsafe pthread_mutex_lock(mutex)
    unsafe count.pointee += 1
    unsafe pthread_cond_signal(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Waits for a signal.
  /// - Returns: False if the deadline passes first.
  package func wait(until deadline: Deadline) -> Bool {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while unsafe count.pointee == 0 {
      if deadline.hasPassed(at: .system) { return false }
      waitOnce(until: deadline)
    }
    unsafe count.pointee -= 1
    return true
  }

  private func waitOnce(until deadline: Deadline) {
    guard !deadline.isNever else {
      unsafe pthread_cond_wait(condition, mutex)
      return
    }
    #if canImport(Darwin)
      let nanoseconds = deadline.remaining(at: .system).clampedNanoseconds
    #else
      let nanoseconds = max(0, deadline.instant.nanoseconds)
    #endif
    var time = timespec()
    time.tv_sec = Int(nanoseconds / 1_000_000_000)
    time.tv_nsec = Int(nanoseconds % 1_000_000_000)
    #if canImport(Darwin)
      _ = unsafe pthread_cond_timedwait_relative_np(condition, mutex, &time)
    #else
      _ = unsafe pthread_cond_timedwait(condition, mutex, &time)
    #endif
  }
}
