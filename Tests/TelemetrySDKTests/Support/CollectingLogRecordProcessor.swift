import Synchronization
import TelemetrySDK

/// Keeps the records that it sees, after a change.
final class CollectingLogRecordProcessor: LogRecordProcessor {
  struct State {
    var records: [LogRecord] = []
    var contexts: [TraceContext] = []
    var asked: [String] = []
    var flushes = 0
    var shutdowns = 0
  }

  private let state = Mutex(State())
  private let isEnabled: Bool
  private let change: @Sendable (inout LogRecord) -> Void

  var records: [LogRecord] { state.withLock { $0.records } }
  var contexts: [TraceContext] { state.withLock { $0.contexts } }
  /// The questions whether a record is of use.
  var asked: [String] { state.withLock { $0.asked } }
  var flushes: Int { state.withLock { $0.flushes } }
  var shutdowns: Int { state.withLock { $0.shutdowns } }

  init(isEnabled: Bool = true, change: @escaping @Sendable (inout LogRecord) -> Void = { _ in }) {
    self.isEnabled = isEnabled
    self.change = change
  }

  func onEmit(_ record: inout LogRecord, context: TraceContext) {
    change(&record)
    let record = record
    state.withLock {
      $0.records.append(record)
      $0.contexts.append(context)
    }
  }

  func isEnabled(
    severity: LogRecord.Severity, eventName: String, scope: InstrumentationScope, context: TraceContext
  ) -> Bool {
    state.withLock { $0.asked.append("\(severity) \(eventName) \(scope.name) \(context.spanContext.spanID)") }
    return isEnabled
  }

  func forceFlush(within limit: Duration) async -> FlushReport {
    state.withLock { $0.flushes += 1 }
    return .empty
  }

  func shutdown(within limit: Duration) async -> FlushReport {
    state.withLock { $0.shutdowns += 1 }
    return .empty
  }
}

extension LoggerProvider {
  /// A provider with a resource and the defaults.
  convenience init(
    _ processors: any LogRecordProcessor..., limits: (inout LogRecordLimits) -> Void = { _ in },
    diagnostics: Diagnostics = Diagnostics { _ in },
    configuration: @escaping @Sendable (InstrumentationScope) -> TelemetryLogger.Configuration = { _ in .init() }
  ) throws {
    var recordLimits = LogRecordLimits()
    limits(&recordLimits)
    try self.init(
      resource: Resource(["service.name": "test"]), limits: recordLimits, processors: processors,
      diagnostics: diagnostics, configuration: configuration)
  }
}
