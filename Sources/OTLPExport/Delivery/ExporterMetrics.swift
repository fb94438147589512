internal import TelemetryCore
package import TelemetrySDK

/// Keeps the metrics of an OTLP exporter (RULES 4.13). Thread-safe; an export costs it two short locks.
package final class ExporterMetrics: Sendable {
  /// What the metrics are named after.
  package struct Labels: Sendable {
    /// `otel.component.type`.
    package var type = "otlp_grpc_span_exporter"
    package var item = SelfMetrics.Item.span
    /// The attribute that holds the last attempt's status.
    package var statusAttribute = "rpc.status_code"
    package var serverAddress = ""
    /// Nil for a socket without a port.
    package var serverPort: Int?

    package init() {}
  }

  private let labels: Labels
  private let component: ComponentID
  private let tally = Locked(ExportTally())

  init(_ labels: Labels) {
    self.labels = labels
    component = ComponentID(type: labels.type)
  }

  func began(_ count: Int) { tally.withLock { $0.inFlight += count } }

  func ended(_ count: Int, _ outcome: ExportOutcome, _ record: ExportRecord, at now: MonotonicInstant) {
    let counts = ExportTally.Counts(outcome)
    let nanoseconds = now.nanoseconds - record.start.nanoseconds
    if record.failures == nil, counts.rejected == 0 {
      let bytes = record.bytes
      tally.withLock { $0.succeeded(count, counts, bytes: bytes, nanoseconds) }
    } else {
      tally.withLock { $0.failed(count, counts, record, nanoseconds) }
    }
  }

  /// A batch that came after shutdown.
  func refused(_ count: Int) { tally.withLock { $0.refused(count) } }

  var snapshot: SelfMetrics {
    let tally = tally.withLock { $0 }
    return tally.metrics(labels, component)
  }
}

/// The counts behind an exporter's metrics.
struct ExportTally {
  /// How operations ended.
  struct Ending: Hashable {
    /// Nil for full success.
    var errorType: String?
    var status: String?
  }

  struct Durations {
    var count = 0
    var nanoseconds: Int64 = 0

    mutating func add(_ nanoseconds: Int64) {
      count += 1
      self.nanoseconds += nanoseconds
    }
  }

  /// Of an outcome.
  struct Counts {
    let exported: Int
    let rejected: Int
    let possibleDuplicates: Int
    let attempts: Int

    init(_ outcome: ExportOutcome) {
      exported = outcome.exported
      rejected = outcome.rejected
      possibleDuplicates = outcome.possibleDuplicates
      attempts = outcome.attempts
    }
  }

  var inFlight = 0
  private(set) var exported = 0
  private(set) var failed: [String: Int] = [:]
  private(set) var successes = Durations()
  private(set) var failures: [Ending: Durations] = [:]
  private(set) var attempts = 0
  private(set) var possibleDuplicates = 0
  private(set) var bytes = 0

  private mutating func add(_ count: Int, _ counts: Counts, bytes: Int) {
    inFlight -= count
    exported += counts.exported
    attempts += counts.attempts
    possibleDuplicates += counts.possibleDuplicates
    self.bytes += bytes
  }

  mutating func succeeded(_ count: Int, _ counts: Counts, bytes: Int, _ nanoseconds: Int64) {
    add(count, counts, bytes: bytes)
    successes.add(nanoseconds)
  }

  mutating func failed(_ count: Int, _ counts: Counts, _ record: ExportRecord, _ nanoseconds: Int64) {
    add(count, counts, bytes: record.bytes)
    failed.merge(record.failures ?? [:], uniquingKeysWith: +)
    if counts.rejected > 0 { failed[ExportTally.rejected, default: 0] += counts.rejected }
    let ending = Ending(errorType: record.errorType ?? ExportTally.rejected, status: record.status)
    failures[ending, default: Durations()].add(nanoseconds)
  }

  mutating func refused(_ count: Int) {
    let type = DropReason.afterShutdown.errorType
    failed[type, default: 0] += count
    failures[Ending(errorType: type), default: Durations()].add(0)
  }

  /// Of a partial success.
  static let rejected = "rejected"
}
