#if SQLite
  internal import COTLPSQLite
  internal import Synchronization
  internal import TelemetryCore
  internal import OTLPSystem

  /// Ends the work of a connection at a deadline, or when asked to. Thread-safe.
  final class SQLiteInterruption: Sendable {
    private let deadline = Atomic<Int64>(.max)
    private let isStopped = Atomic(false)
    private let halted = Atomic(false)
    private let hasTime = Atomic(false)
    private let waits = Atomic(false)
    /// The end of the time that a deletion has for itself; the maximum for other work.
    private let ownTime = Atomic<Int64>(.max)
    /// The time at which a deletion must give way to the call that waits; the maximum if none does.
    private let wanted = Atomic<Int64>(.max)

    /// Work begins.
    func begin(until deadline: Deadline) {
      ownTime.store(.max, ordering: .relaxed)
      wanted.store(.max, ordering: .relaxed)
      isStopped.store(false, ordering: .relaxed)
      hasTime.store(false, ordering: .relaxed)
      waits.store(false, ordering: .relaxed)
      self.deadline.store(deadline.instant.nanoseconds, ordering: .relaxed)
    }

    /// From now on only a fork interrupts the work, until the next begins.
    func ignoreDeadline() { hasTime.store(true, ordering: .relaxed) }

    /// The work has become a deletion, which has at least the time `patience`, even if a call waits. The deadline holds again,
    /// and ``stop()``.
    func beginDeletion(patience: Duration) {
      let end = (MonotonicInstant.system + patience).nanoseconds
      deadline.store(max(deadline.load(ordering: .relaxed), end), ordering: .relaxed)
      ownTime.store(end, ordering: .relaxed)
      hasTime.store(false, ordering: .relaxed)
    }

    /// A call waits for the work to end: a deletion gives way to it. Other work doesn't.
    func askToGiveWay(until deadline: Deadline, at now: MonotonicInstant) {
      let end = min(Retention.end(for: deadline, at: now).nanoseconds, .max - 1)
      wanted.min(end, ordering: .relaxed)
    }

    /// Ends the work soon.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Interrupts all work until ``proceed()``.
    func halt() { halted.store(true, ordering: .relaxed) }
    func proceed() { halted.store(false, ordering: .relaxed) }

    /// True while the work waits for a lock that another connection holds.
    var isWaitingForLock: Bool { waits.load(ordering: .relaxed) }

    /// The work has the lock.
    func lockTaken() { waits.store(false, ordering: .relaxed) }

    /// True from ``halt()`` to ``proceed()``.
    var isHalted: Bool { halted.load(ordering: .relaxed) }

    /// True if the work's time is over, or it was told to stop.
    var isOver: Bool {
      !hasTime.load(ordering: .relaxed)
        && (wasToldToEnd || MonotonicInstant.system.nanoseconds >= deadline.load(ordering: .relaxed))
    }

    /// True if the work was told to stop, or is a deletion that must give way: its end is no failure.
    var wasToldToEnd: Bool {
      if isStopped.load(ordering: .relaxed) { return true }
      let (own, wanted) = (ownTime.load(ordering: .relaxed), wanted.load(ordering: .relaxed))
      return own != .max && wanted != .max && MonotonicInstant.system.nanoseconds >= min(own, wanted)
    }

    private var isDue: Bool { isHalted || isOver }

    // MARK: Callbacks

    /// Called by SQLite each time when the file is locked. Waits, longer each time.
    /// - Returns: 0 to give up.
    static let onBusy: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Int32 = { context, tries in
      guard let context = unsafe context else { return 0 }
      let interruption = unsafe Unmanaged<SQLiteInterruption>.fromOpaque(context).takeUnretainedValue()
      interruption.waits.store(true, ordering: .relaxed)
      guard !interruption.isDue else { return 0 }
      usleep(tries < 10 ? 1000 : 10_000)
      return 1
    }

    /// Called by SQLite now and then in long work.
    /// - Returns: 1 to interrupt.
    static let onProgress: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
      guard let context = unsafe context else { return 0 }
      return unsafe Unmanaged<SQLiteInterruption>.fromOpaque(context).takeUnretainedValue().isDue ? 1 : 0
    }
  }
#endif
