import Synchronization
import TelemetryCore

/// A poller without a system. Each wait moves the clock to its deadline, or returns the events that a test has set.
final class ManualPoller: Poller {
  struct State {
    var now = MonotonicInstant(nanoseconds: 0)
    var woken = false
    var wakes = 0
    var polls = 0
    var ready: [ReadyEvent] = []
  }
  let state = Mutex(State())
  var now: MonotonicInstant { state.withLock { $0.now } }
  var wakes: Int { state.withLock { $0.wakes } }
  var polls: Int { state.withLock { $0.polls } }

  func wait(until deadline: Deadline, at now: MonotonicInstant, into events: inout [ReadyEvent]) {
    let ready = state.withLock { state -> [ReadyEvent] in
      state.polls += 1
      defer {
        state.woken = false
        state.ready = []
      }
      guard !state.woken, state.ready.isEmpty, !deadline.hasPassed(at: state.now) else { return state.ready }
      precondition(!deadline.isNever, "the test hangs")
      state.now = deadline.instant
      return []
    }
    events += ready
  }

  func wake() {
    state.withLock { state in
      state.woken = true
      state.wakes += 1
    }
  }

  func add(descriptor: Int32, token: HandlerToken) throws(SystemError) {}
  func remove(descriptor: Int32) {}
}
