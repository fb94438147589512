import Synchronization
import TelemetryCore
import TelemetrySDK

/// Records all calls and returns the outcomes of a closure.
final class ScriptedExporter: LoopExporter {
  struct State {
    var batches: [[Int]] = []
    var times: [MonotonicInstant] = []
    var deadlines: [Deadline] = []
    var running = 0
    var maxRunning = 0
    var flushes = 0
    var shutdowns = 0
    var expedites: [Deadline] = []
    var slots: Int
    var budget: ByteBudget?
    var script: [@Sendable ([Thing]) async -> ExportOutcome] = []
  }

  let state: Mutex<State>
  let body: @Sendable ([Thing], Deadline) async -> ExportOutcome

  init(
    maxConcurrentExports: Int = 1,
    _ body: @escaping @Sendable ([Thing], Deadline) async -> ExportOutcome = { _, _ in .success }
  ) {
    state = Mutex(State(slots: maxConcurrentExports))
    self.body = body
  }

  var batches: [[Int]] { state.withLock { $0.batches } }
  var sizes: [Int] { batches.map(\.count) }
  var numbers: [Int] { batches.flatMap { $0 } }
  var times: [MonotonicInstant] { state.withLock { $0.times } }
  var maxRunning: Int { state.withLock { $0.maxRunning } }
  var flushes: Int { state.withLock { $0.flushes } }
  var expedites: [Deadline] { state.withLock { $0.expedites } }
  var maxConcurrentExports: Int { state.withLock { $0.slots } }
  var shutdowns: Int { state.withLock { $0.shutdowns } }
  var deadlines: [Deadline] { state.withLock { $0.deadlines } }
  var budget: ByteBudget? { state.withLock { $0.budget } }

  func export(_ batch: Batch<Thing>, deadline: Deadline) async -> ExportOutcome {
    let batch = Array(batch)
    state.withLock { state in
      state.batches.append(batch.map(\.number))
      state.times.append(.now)
      state.deadlines.append(deadline)
      state.running += 1
      state.maxRunning = max(state.maxRunning, state.running)
    }
    let outcome = await body(batch, deadline)
    state.withLock { $0.running -= 1 }
    return outcome
  }

  func share(_ budget: ByteBudget) { state.withLock { $0.budget = budget } }

  func expedite(deadline: Deadline) async { state.withLock { $0.expedites.append(deadline) } }

  func forceFlush(deadline: Deadline) async -> Bool {
    state.withLock { $0.flushes += 1 }
    return true
  }

  func shutdown(deadline: Deadline) async { state.withLock { $0.shutdowns += 1 } }
}

extension ScriptedExporter {
  /// An exporter that never answers. The first call fulfils `begun`.
  static func stuck(_ begun: Promise<Void>) -> ScriptedExporter {
    ScriptedExporter { _, _ in
      begun.fulfil(())
      return await TelemetrySDKTests.stuck()
    }
  }
}

/// Never returns, whatever the deadline.
func stuck() async -> ExportOutcome {
  await Promise<ExportOutcome>().value
}
