internal import TelemetryCore

/// Carries out an `AttemptSchedule`: attempts that run at once on one loop, of which the first with success wins.
final class AttemptRace<Value: Sendable>: Sendable {
  /// An attempt on the address of an index; nil if it failed.
  typealias Attempt = @Sendable (Int) async -> Value?

  private struct State {
    var tasks: [Task<Void, Never>] = []
    /// Failures that the schedule hasn't heard of.
    var failures = 0
    var winner: Value?
    /// There is a winner, or nobody wants one any more.
    var isOver = false
    var changed = Promise<Void>()
  }

  private let state = Locked(State())
  private let loop: TelemetryLoop
  private let attempt: Attempt
  private let discard: @Sendable (Value) async -> Void

  /// - Parameter discard: Takes what an attempt brings after the end.
  init(on loop: TelemetryLoop, attempt: @escaping Attempt, discard: @escaping @Sendable (Value) async -> Void) {
    self.loop = loop
    self.attempt = attempt
    self.discard = discard
  }

  /// The first success; nil if there is none, or as soon as the calling task is cancelled. Attempts that still run then
  /// are cancelled.
  func run(_ schedule: AttemptSchedule) async -> Value? {
    await withTaskCancellationHandler {
      await follow(schedule)
    } onCancel: {
      finish()
    }
    return state.withLock { $0.winner }
  }

  private func follow(_ schedule: AttemptSchedule) async {
    var schedule = schedule
    while true {
      let (isOver, failed, changed) = state.withLock { state in
        defer { state.failures = 0 }
        return (state.isOver, state.failures, state.changed)
      }
      guard !isOver else { return }
      for _ in 0..<failed { schedule.failed(at: loop.now) }
      switch schedule.action(at: loop.now) {
      case .start(let index): start(index)
      case .wait(let deadline): _ = await changed.value(until: deadline, on: loop)
      case .exhausted: return
      }
    }
  }

  private func start(_ index: Int) {
    let task = Task(executorPreference: loop) { [self] in
      guard let value = await attempt(index) else { return fail() }
      if !finish(value) { await discard(value) }
    }
    let isOver = state.withLock { state in
      state.tasks.append(task)
      return state.isOver
    }
    if isOver { task.cancel() }
  }

  private func fail() {
    let changed = state.withLock { state in
      state.failures += 1
      defer { state.changed = Promise() }
      return state.changed
    }
    changed.fulfil(())
  }

  /// Ends the race; false if it had ended before.
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
