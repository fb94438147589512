extension TelemetryLoop {
  /// Shared by all threads, under the loop's lock.
  ///
  /// ```
  ///   the thread:                 no work
  ///             start       ┌──────────────────▶
  ///     absent ───────▶ awake                   asleep
  ///        ▲                │◀──────────────────┘
  ///        │                │  work, or the next deadline
  ///        └────────────────┘
  ///         the loop has ended, and no job and no timer is left
  ///
  ///   the loop:   running ── stop ──▶ stopping ── the queued jobs are done ──▶ ended
  /// ```
  struct State {
    enum ThreadState {
      case awake
      /// The thread waits in the poller, which must be woken.
      case asleep
      /// There is no thread: in a forked child, and after the loop's end, until there is work.
      case absent
    }

    var thread = ThreadState.awake
    /// True from the moment in which the thread finds no work to the end of the wait. The thread touches no state
    /// meanwhile, although another thread may already have set ``thread`` to awake.
    var isAtRest = true
    /// Set while the process forks: the thread waits here.
    var halt: ForkHalt?
    /// True in a forked child: the poller's descriptors are closed.
    var reopensPoller = false
    var isStopping = false
    var hasEnded = false
    var jobs: [UnownedJob] = []
    var timers = TimerQueue()
    var handlers = HandlerTable()
    var notified: [HandlerToken] = []

    /// True if there is something to start a thread for.
    var hasWork: Bool {
      !jobs.isEmpty || !notified.isEmpty || (isStopping && !hasEnded)
        || timers.nextDeadline.map { !$0.isNever } ?? false
    }
  }
}
