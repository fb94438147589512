internal import TelemetryCore

/// Runs the attempts of a `HappyEyeballsStateMachine` on one loop. The first success wins, and the others are cancelled.
final class HappyEyeballs<Value: Sendable>: Sendable {
  /// An attempt at the address of an index; nil after a failure.
  typealias Attempt = @Sendable (Int) async -> Value?

  private struct State {
    var tasks: [Task<Void, Never>] = []
    /// Failures that are still to be passed to the state machine.
    var failures = 0
    var winner: Value?
    /// If true, an attempt has won or the caller was cancelled.
    var isOver = false
    var changed = Promise<Void>()
  }

  private let state = Locked(State())
  private let loop: TelemetryLoop
  private let attempt: Attempt
  private let discard: @Sendable (Value) async -> Void

  /// - Parameter discard: Called with the value of an attempt that succeeds after the end.
  init(on loop: TelemetryLoop, attempt: @escaping Attempt, discard: @escaping @Sendable (Value) async -> Void) {
    self.loop = loop
    self.attempt = attempt
    self.discard = discard
  }

  /// - Returns: The first success; nil if there is none or the calling task is cancelled.
  func run(_ machine: HappyEyeballsStateMachine) async -> Value? {
    await withTaskCancellationHandler {
      await perform(machine)
    } onCancel: {
      finish()
    }
    return state.withLock { $0.winner }
  }

  private func perform(_ machine: HappyEyeballsStateMachine) async {
    var machine = machine
    while true {
      let (isOver, failures, changed) = state.withLock { state in
        defer { state.failures = 0 }
        return (state.isOver, state.failures, state.changed)
      }
      guard !isOver else { return }
      for _ in 0..<failures { machine.attemptFailed(at: loop.now) }
      switch machine.nextAction(at: loop.now) {
      case .start(let index): start(index)
      case .wait(let deadline): _ = await changed.value(until: deadline, on: loop)
      case .exhausted: return
      }
    }
  }

  private func start(_ index: Int) {
    let task = Task(executorPreference: loop) { [self] in
      guard let value = await attempt(index) else { return attemptFailed() }
      if !finish(value) { await discard(value) }
    }
    let isOver = state.withLock { state in
      state.tasks.append(task)
      return state.isOver
    }
    if isOver { task.cancel() }
  }

  private func attemptFailed() {
    let changed = state.withLock { state in
      state.failures += 1
      defer { state.changed = Promise() }
      return state.changed
    }
    changed.fulfil(())
  }

  /// - Returns: False if an earlier call has finished the race.
  @discardableResult
  private func finish(_ winner: Value? = nil) -> Bool {
    let end: (tasks: [Task<Void, Never>], changed: Promise<Void>)? = state.withLock { state in
      guard !state.isOver else { return nil }
      state.isOver = true
      state.winner = winner
      defer { state.tasks = [] }
      return (state.tasks, state.changed)
    }
    guard let end else { return false }
    for task in end.tasks { task.cancel() }
    end.changed.fulfil(())
    return true
  }
}
