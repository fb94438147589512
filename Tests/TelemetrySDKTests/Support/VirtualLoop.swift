import Synchronization
import TelemetryCore

/// A poller with a virtual clock: a wait advances the clock to the deadline.
final class VirtualPoller: Poller {
  private struct State {
    var now = MonotonicInstant(nanoseconds: 0)
    var woken = false
    var wakes = 0
    var waits = 0
  }

  private let state = Mutex(State())

  var now: MonotonicInstant { state.withLock { $0.now } }
  var wakes: Int { state.withLock { $0.wakes } }

  func wait(until deadline: Deadline, at now: MonotonicInstant, into events: inout [ReadyEvent]) {
    state.withLock { state in
      state.waits += 1
      defer { state.woken = false }
      precondition(state.waits < 1_000_000, "the test spins")
      guard !state.woken, !deadline.hasPassed(at: state.now) else { return }
      precondition(!deadline.isNever, "the test hangs: nothing is left to happen")
      state.now = deadline.instant
    }
  }

  func wake() {
    state.withLock { state in
      state.woken = true
      state.wakes += 1
    }
  }

  func add(descriptor: Int32, token: HandlerToken) throws(SystemError) {
    throw SystemError(call: "add", code: 0)
  }

  func remove(descriptor: Int32) {}
}

/// Runs `body` as a task on an event loop with a virtual clock, on the calling thread, until `body` ends.
func onVirtualLoop<Value: Sendable>(_ body: @escaping @Sendable (TelemetryLoop) async throws -> Value) throws -> Value {
  let loop = TelemetryLoop(poller: VirtualPoller())
  let result = Mutex<Result<Value, any Error>?>(nil)
  let box = Box(result)
  Task(executorPreference: loop) {
    do {
      let value = try await body(loop)
      box.value.withLock { $0 = .success(value) }
    } catch {
      box.value.withLock { $0 = .failure(error) }
    }
    loop.stop()
  }
  loop.run()
  return try box.value.withLock { try $0!.get() }
}

private final class Box<Value: Sendable>: Sendable {
  let value: Mutex<Result<Value, any Error>?>
  init(_ value: consuming sending Mutex<Result<Value, any Error>?>) { self.value = value }
}

extension TelemetryLoop {
  func sleep(_ duration: Duration) async { await sleep(until: Deadline(now + duration)) }

  /// Sleeps even if the task is cancelled.
  func sleepThrough(_ duration: Duration) async {
    let promise = Promise<Bool>()
    schedule(at: Deadline(now + duration)) { promise.fulfil(true) }
    _ = await promise.value
  }
}

extension MonotonicInstant {
  static let zero = MonotonicInstant(nanoseconds: 0)
}
