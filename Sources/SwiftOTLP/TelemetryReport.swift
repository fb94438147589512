public import TelemetrySDK

/// The result of a flush or shutdown of ``Telemetry``: a report for each signal, and their sum.
public struct TelemetryReport: Sendable, Hashable, CustomStringConvertible {
  private static let order: [OTLPSignal] = [.traces, .metrics, .logs]

  /// The reports of the signals that telemetry carries: traces, logs, and metrics if something is collected.
  public let signals: [OTLPSignal: FlushReport]

  /// Makes a report.
  public init(_ signals: [OTLPSignal: FlushReport]) { self.signals = signals }

  /// The report of the spans. With several exporters a span counts once for each.
  public var traces: FlushReport { signals[.traces] ?? .empty }

  /// The report of the log records, likewise.
  public var logs: FlushReport { signals[.logs] ?? .empty }

  /// The report of the metrics, which counts data points.
  public var metrics: FlushReport { signals[.metrics] ?? .empty }

  /// The sum over all signals.
  public var total: FlushReport { signals.values.reduce(.empty, +) }

  /// True if everything from before the call was settled (exported, rejected or dropped) by the deadline.
  public var isComplete: Bool { total.isComplete }

  /// Items from before the call that were rejected or dropped.
  public var lost: Int { total.lost }

  /// True if everything from before the call was delivered.
  public var isDelivered: Bool { total.isDelivered }

  /// The sum of the ledgers at the end of the call.
  public var ledger: Ledger { total.ledger }

  /// The ledger of the traces and of each other signal that had items: `traces: exported 512, dropped 0`.
  public var description: String {
    Self.order.compactMap { signal in
      guard let ledger = signals[signal]?.ledger, signal == .traces || ledger.ended > 0 else { return nil }
      return "\(signal): \(ledger)"
    }.joined(separator: "; ")
  }
}
