internal import TelemetryCore
internal import TelemetrySDK

extension ExporterMetrics {
  /// The numbers of an export that has ended.
  struct EndedExport {
    let exported: Int
    let rejected: Int
    let possibleDuplicates: Int
    let attempts: Int
    let bytes: Int
    let nanoseconds: Int64

    init(_ export: ExportState, at now: MonotonicInstant) {
      exported = export.outcome.exported
      rejected = export.outcome.rejected
      possibleDuplicates = export.outcome.possibleDuplicates
      attempts = export.outcome.attempts
      bytes = export.requestBytes
      nanoseconds = now.nanoseconds - export.start.nanoseconds
    }
  }

  /// The result of an operation, as attributes.
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

  struct Counts {
    var inFlight = 0
    private(set) var exported = 0
    private(set) var failed: [String: Int] = [:]
    private(set) var successes = Durations()
    private(set) var failures: [Ending: Durations] = [:]
    private(set) var attempts = 0
    private(set) var possibleDuplicates = 0
    private(set) var bytes = 0

    private mutating func add(_ export: EndedExport) {
      exported += export.exported
      attempts += export.attempts
      possibleDuplicates += export.possibleDuplicates
      bytes += export.bytes
    }

    mutating func exportSucceeded(_ ended: EndedExport) {
      add(ended)
      inFlight -= ended.exported
      successes.add(ended.nanoseconds)
    }

    mutating func exportFailed(_ ended: EndedExport, _ export: ExportState) {
      add(ended)
      inFlight -= export.outcome.total
      failed.merge(export.failures ?? [:], uniquingKeysWith: +)
      if ended.rejected > 0 { failed[ExporterMetrics.rejected, default: 0] += ended.rejected }
      let ending = Ending(errorType: export.errorType ?? ExporterMetrics.rejected, status: export.status)
      failures[ending, default: Durations()].add(ended.nanoseconds)
    }

    mutating func refused(_ count: Int) {
      let type = DropReason.afterShutdown.errorType
      failed[type, default: 0] += count
      failures[Ending(errorType: type), default: Durations()].add(0)
    }
  }
}
