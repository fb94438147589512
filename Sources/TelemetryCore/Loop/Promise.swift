/// A future value: fulfilled once, awaited by any number of tasks. Thread-safe.
package final class Promise<Value: Sendable>: Sendable {
  private typealias Waiter = UnsafeContinuation<Value?, Never>

  // SAFETY: a continuation is removed under the lock before its resumption: no continuation is resumed twice.
  @safe
  private struct State {
    var value: Value?
    var waiters: [UInt64: UnsafeContinuation<Value?, Never>] = unsafe [:]
    var next: UInt64 = 0
  }

  private let state = Locked(State())

  package init() {}

  /// Sets the value and resumes all waiting tasks. Only the first call has an effect.
  /// - Returns: True for the first call.
  @discardableResult
  package func fulfil(_ value: Value) -> Bool {
    let waiters: [UInt64: Waiter]? = unsafe state.withLock { state in
      guard state.value == nil else { return nil }
      state.value = value
      defer { unsafe state.waiters = unsafe [:] }
      return unsafe state.waiters
    }
    guard let waiters = unsafe waiters else { return false }
    guard unsafe waiters.count > 1 else {
      unsafe waiters.first?.value.resume(returning: value)
      return true
    }
    // In the order of waiting: the order of a dictionary varies, and a simulation must not.
    for number in unsafe waiters.keys.sorted() { unsafe waiters[number]?.resume(returning: value) }
    return true
  }

  /// The value; nil before `fulfil`.
  package var current: Value? { state.withLock { $0.value } }

  /// Waits for the value without a limit, also in a cancelled task.
  package var value: Value {
    get async {
      while true {
        if let value = await wait(timer: { _ in }) { return value }
      }
    }
  }

  /// Waits for the value until `deadline` of the loop's clock.
  /// - Returns: Nil if the deadline passes or the loop ends, and there is no value when the task runs again.
  package func value(until deadline: Deadline, on loop: TelemetryLoop) async -> Value? {
    if let value = current { return value }
    let timer = TimerBox()
    let value = await wait { number in
      timer.id = loop.scheduleWait(until: deadline) { [weak self] _ in self?.giveUp(number) }
    }
    if value != nil, let id = timer.id { loop.cancel(id) }
    // The value may have come after the deadline ended the wait, and before this task ran again.
    return value ?? current
  }

  /// The same, but ends at once if the task is or gets cancelled.
  package func valueUnlessCancelled(until deadline: Deadline, on loop: TelemetryLoop) async -> Value? {
    if let value = current { return value }
    let timer = TimerBox()
    let waiting = Locked<UInt64?>(nil)
    let value = await withTaskCancellationHandler {
      await wait { number in
        timer.id = loop.scheduleWait(until: deadline) { [weak self] _ in self?.giveUp(number) }
        waiting.withLock { $0 = number }
        // The handler may have found no number.
        if Task.isCancelled { giveUp(number) }
      }
    } onCancel: {
      if let number = waiting.withLock({ $0 }) { giveUp(number) }
    }
    if let id = timer.id { loop.cancel(id) }
    return value ?? current
  }

  private final class TimerBox {
    var id: TelemetryLoop.TimerID?
  }

  private func wait(timer: (UInt64) -> Void) async -> Value? {
    await unsafe withUnsafeContinuation { (continuation: UnsafeContinuation<Value?, Never>) in
      let (value, number) = state.withLock { state -> (Value?, UInt64) in
        if let value = state.value { return (value, 0) }
        state.next += 1
        unsafe state.waiters[state.next] = continuation
        return (nil, state.next)
      }
      if let value {
        unsafe continuation.resume(returning: value)
      } else {
        timer(number)
      }
    }
  }

  private func giveUp(_ number: UInt64) {
    let waiter = unsafe state.withLock { unsafe $0.waiters.removeValue(forKey: number) }
    if let waiter = unsafe waiter { unsafe waiter.resume(returning: nil) }
  }
}
