internal import Synchronization
package import TelemetryCore

/// A poller with virtual time, which jumps to the next scheduled event or to the loop's next timer.
///
/// A loop over it runs on the test's thread, which is the only one that may use the clock. When neither an event nor a
/// timer is left, the clock calls the handler of `onStop`, so a hang becomes a failing test.
package final class VirtualClock: Poller {
  private struct Event {
    let time: Int64
    let number: UInt64
    let action: @Sendable () -> Void
  }

  private struct State {
    var now: Int64 = 1_000_000_000
    var isWoken = false
    /// Sorted, with the next event last.
    var events: [Event] = []
    var nextNumber: UInt64 = 0
    var ready: [ReadyEvent] = []
    var trace = Trace()
    var waitsAtSameTime = 0
    var onStop: (@Sendable (_ reason: String) -> Void)?
    var hasEnded = false
    var onStep: (@Sendable () -> Void)?
  }

  private enum Step {
    case returnToLoop
    case run(@Sendable () -> Void)
    case stop(reason: String, (@Sendable (String) -> Void)?)
  }

  // More waits than this at the same virtual time mean an endless loop.
  private static let maxWaitsAtSameTime = 5_000_000

  private let state = Mutex(State())
  private let limit: Int64
  private let tick: Int64

  /// - Parameters:
  ///   - limit: The virtual time after which the clock stops.
  ///   - tick: The time by which each reading moves the clock. A real clock moves between two readings too, and code that
  ///     decides by the first and sets a timer by the second may miss what falls due in between.
  package init(limit: Duration = .seconds(24 * 3600), tick: Duration = .zero) {
    self.limit = limit.clampedNanoseconds
    self.tick = tick.clampedNanoseconds
  }

  package var now: MonotonicInstant {
    state.withLock { state in
      state.now += tick
      return MonotonicInstant(nanoseconds: state.now)
    }
  }

  /// The present time, whose reading doesn't move the clock.
  package var present: MonotonicInstant { state.withLock { MonotonicInstant(nanoseconds: $0.now) } }

  /// The digest of all events so far, which is the same for the same seed.
  package var trace: Trace { state.withLock { $0.trace } }

  /// Sets the handler for a simulation without further events, or past its time limit.
  package func onStop(_ handler: @escaping @Sendable (_ reason: String) -> Void) {
    state.withLock { $0.onStop = handler }
  }

  /// Sets the handler that is called before each jump of time and each event, when all jobs have run. A simulation checks
  /// its laws there.
  package func onStep(_ handler: (@Sendable () -> Void)?) {
    state.withLock { $0.onStep = handler }
  }

  /// Releases all events, which retain their owners. Later events are ignored.
  package func end() {
    let held = state.withLock { state in
      defer { (state.events, state.onStop, state.onStep, state.hasEnded) = ([], nil, nil, true) }
      return (state.events, state.onStop, state.onStep)
    }
    _ = held  // released outside the lock
  }

  /// Runs `action` at `time`, or at once if `time` has passed. Events of the same time run in the order of scheduling.
  package func schedule(at time: MonotonicInstant, _ action: @escaping @Sendable () -> Void) {
    state.withLock { state in
      guard !state.hasEnded else { return }
      let time = max(time.nanoseconds, state.now)
      let event = Event(time: time, number: state.nextNumber, action: action)
      state.nextNumber += 1
      state.events.insert(event, at: VirtualClock.index(for: time, in: state.events))
    }
  }

  /// Runs `action` once `duration` has passed.
  package func schedule(after duration: Duration, _ action: @escaping @Sendable () -> Void) {
    schedule(at: present + duration, action)
  }

  /// Reports readiness at the end of the current wait.
  package func post(_ event: ReadyEvent) {
    state.withLock { $0.ready.append(event) }
  }

  /// Adds values to the trace.
  package func record(_ values: Int...) {
    state.withLock { state in
      state.trace.add(UInt64(bitPattern: state.now))
      for value in values { state.trace.add(UInt64(bitPattern: Int64(value))) }
    }
  }

  package func wake() { state.withLock { $0.isWoken = true } }

  package func add(descriptor: Int32, token: HandlerToken) throws(SystemError) {
    throw SystemError(call: "add", code: 38)  // ENOSYS: a simulation has no descriptors
  }

  package func remove(descriptor: Int32) {}

  package func wait(until deadline: Deadline, at now: MonotonicInstant, into events: inout [ReadyEvent]) {
    if let onStep = state.withLock({ $0.onStep }) { onStep() }
    switch state.withLock({ next(&$0, deadline) }) {
    case .returnToLoop: break
    case .run(let action): action()
    case .stop(let reason, let handler):
      guard let handler else { preconditionFailure(reason) }
      handler(reason)
    }
    events += state.withLock { state in
      defer { state.ready.removeAll() }
      return state.ready
    }
  }

  private func next(_ state: inout State, _ deadline: Deadline) -> Step {
    if !state.ready.isEmpty { return .returnToLoop }
    if state.isWoken, deadline.instant.nanoseconds > state.now {
      state.isWoken = false
      return .returnToLoop
    }
    state.isWoken = false
    let before = state.now
    defer { state.waitsAtSameTime = state.now == before ? state.waitsAtSameTime + 1 : 0 }
    if state.waitsAtSameTime > VirtualClock.maxWaitsAtSameTime {
      return .stop(reason: "time stands still: something keeps the loop busy for ever", state.onStop)
    }
    if let event = state.events.last, event.time <= deadline.instant.nanoseconds {
      state.events.removeLast()
      state.now = max(state.now, event.time)
      return state.now > limit ? .stop(reason: "the virtual time limit has passed", state.onStop) : .run(event.action)
    }
    guard !deadline.isNever else {
      return .stop(reason: "nothing is left that could happen, and the test has not finished", state.onStop)
    }
    state.now = max(state.now, deadline.instant.nanoseconds)
    return state.now > limit ? .stop(reason: "the virtual time limit has passed", state.onStop) : .returnToLoop
  }

  /// The index for an event that keeps the next event last, and events of the same time in the order of scheduling.
  private static func index(for time: Int64, in events: [Event]) -> Int {
    var low = 0
    var high = events.count
    while low < high {
      let middle = (low + high) / 2
      if events[middle].time > time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
