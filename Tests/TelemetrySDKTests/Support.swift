import Synchronization
import TelemetryCore
import TelemetrySDK

/// An item of a given size.
struct Thing: BatchItem, Equatable {
  var number: Int
  var encodedSizeBound = 100
  static var metricsItem: SelfMetrics.Item { .span }
}

/// Answers as it is told, and keeps what it got.
final class ScriptedExporter: LoopExporter {
  struct State {
    var batches: [[Int]] = []
    var times: [MonotonicInstant] = []
    var deadlines: [Deadline] = []
    var running = 0
    var maxRunning = 0
    var flushes = 0
    var shutdowns = 0
    var hurries: [Deadline] = []
    var places: Int
    var script: [@Sendable ([Thing]) async -> ExportOutcome] = []
  }

  let state: Mutex<State>
  let body: @Sendable ([Thing], Deadline) async -> ExportOutcome

  init(
    maxConcurrentExports: Int = 1,
    _ body: @escaping @Sendable ([Thing], Deadline) async -> ExportOutcome = { _, _ in .success }
  ) {
    state = Mutex(State(places: maxConcurrentExports))
    self.body = body
  }

  var batches: [[Int]] { state.withLock { $0.batches } }
  var sizes: [Int] { batches.map(\.count) }
  var numbers: [Int] { batches.flatMap { $0 } }
  var times: [MonotonicInstant] { state.withLock { $0.times } }
  var maxRunning: Int { state.withLock { $0.maxRunning } }
  var flushes: Int { state.withLock { $0.flushes } }
  var hurries: [Deadline] { state.withLock { $0.hurries } }
  var maxConcurrentExports: Int { state.withLock { $0.places } }
  var shutdowns: Int { state.withLock { $0.shutdowns } }
  var deadlines: [Deadline] { state.withLock { $0.deadlines } }

  func export(_ batch: [Thing], deadline: Deadline) async -> ExportOutcome {
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

  func expedite(deadline: Deadline) async { state.withLock { $0.hurries.append(deadline) } }

  func forceFlush(deadline: Deadline) async -> Bool {
    state.withLock { $0.flushes += 1 }
    return true
  }

  func shutdown(deadline: Deadline) async { state.withLock { $0.shutdowns += 1 } }
}

extension ScriptedExporter {
  /// Never answers; `begun` is fulfilled by the first call.
  static func stuck(_ begun: Promise<Void>) -> ScriptedExporter {
    ScriptedExporter { _, _ in
      begun.fulfil(())
      return await TelemetrySDKTests.stuck()
    }
  }
}

/// Never answers, whatever the deadline.
func stuck() async -> ExportOutcome {
  await Promise<ExportOutcome>().value
}

/// Keeps the events it is handed.
final class DiagnosticLog: Sendable {
  private let events = Mutex<[DiagnosticEvent]>([])
  var all: [DiagnosticEvent] { events.withLock { $0 } }
  var messages: [String] { all.map(\.message) }
  var diagnostics: Diagnostics { Diagnostics { event in self.events.withLock { $0.append(event) } } }

  func fields(_ message: String) -> [String: String] {
    let event = all.first { $0.message == message }
    return Dictionary((event?.fields ?? []).map { ($0.name, $0.value) }) { first, _ in first }
  }
}

extension BatchConfiguration {
  init(_ change: (inout BatchConfiguration) -> Void) {
    self.init()
    change(&self)
  }
}
