internal import OTLPWire
package import TelemetrySDK

/// The result of a command that exports.
package struct RunReport: Sendable {
  package var endpoint: String
  /// The signal of the items; nil if there are several.
  package var signal: OTLPSignal?
  /// The ledgers of the signals that had items, for a command that exports several.
  package var signals: [OTLPSignal: Ledger] = [:]
  package var ledger = Ledger()
  package var elapsed = Duration.zero
  package var cpuTime = Duration.zero
  package var latency = LatencyHistogram()
  /// The `traceparent` of the span that `otlp span` made.
  package var traceparent: String?
  /// The failures; nil if everything was delivered.
  package var error: String?

  package init(endpoint: String, signal: OTLPSignal? = .traces) {
    self.endpoint = endpoint
    self.signal = signal
  }

  /// The items in the plural: spans, data points, log records.
  private var itemNoun: String { signal.map { $0.itemNoun + "s" } ?? "items" }

  private var spansPerSecond: Double { elapsed > .zero ? Double(ledger.exported) / elapsed.inSeconds : 0 }

  private var cpuMicrosPerSpan: Double { ledger.ended > 0 ? cpuTime.inSeconds * 1e6 / Double(ledger.ended) : 0 }

  private func latencyMillis(_ share: Double) -> Double { latency.percentile(share).inSeconds * 1e3 }

  /// The number of items that were not delivered.
  package var lost: Int { ledger.ended - ledger.exported }

  /// The line that `--json` prints. Scripts rely on the members.
  package var json: String {
    JSONWriter.object { writer in
      writeMembers(to: &writer)
      writeSignals(to: &writer)
      if let traceparent { writer.field("traceparent", traceparent) }
      if let error { writer.field("error", error) }
    }
  }

  /// Writes all members but `error`.
  func writeMembers(to writer: inout JSONWriter) {
    writer.field("endpoint", endpoint)
    writer.field("ended", ledger.ended)
    writer.field("exported", ledger.exported)
    writer.field("rejected", ledger.rejected)
    writer.object("dropped") { writer in
      for reason in DropReason.allCases { writer.field(reason.rawValue, ledger.dropped[reason] ?? 0) }
    }
    writer.field("queued", ledger.queued)
    writer.field("inFlight", ledger.inFlight)
    writer.field("possibleDuplicates", ledger.possibleDuplicates)
    writer.field("exports", ledger.exports)
    writer.field("attempts", ledger.attempts)
    writer.field("seconds", thousandths: elapsed.inSeconds)
    writer.field("spansPerSecond", thousandths: spansPerSecond)
    writer.field("cpuMicrosPerSpan", thousandths: cpuMicrosPerSpan)
    writer.object("latencyMillis") { writer in
      writer.field("p50", thousandths: latencyMillis(0.5))
      writer.field("p99", thousandths: latencyMillis(0.99))
    }
  }

  /// The signal, unless it is traces; the counts of each of several signals.
  private func writeSignals(to writer: inout JSONWriter) {
    if let signal, signal != .traces { writer.field("signal", "\(signal)") }
    guard !signals.isEmpty else { return }
    writer.object("signals") { writer in
      for signal in [OTLPSignal.traces, .metrics, .logs] {
        guard let ledger = signals[signal] else { continue }
        writer.object("\(signal)") { writer in
          writer.field("ended", ledger.ended)
          writer.field("exported", ledger.exported)
          writer.field("rejected", ledger.rejected)
          writer.field("dropped", ledger.droppedTotal)
          writer.field("queued", ledger.queued)
          writer.field("inFlight", ledger.inFlight)
        }
      }
    }
  }

  /// The report as text.
  package var text: String {
    """
    \(ledger)
    \(decimal(elapsed.inSeconds, 2)) s, \(decimal(spansPerSecond, 0)) \(itemNoun)/s, \
    \(decimal(cpuMicrosPerSpan, 2)) µs CPU per \(signal?.itemNoun ?? "item")
    \(counted(ledger.exports, "export")) in \(counted(ledger.attempts, "request")), latency p50 \(decimal(latencyMillis(0.5), 2)) ms, \
    p99 \(decimal(latencyMillis(0.99), 2)) ms
    """
  }

  /// - Returns: A sentence with the number of lost items and the reasons; nil if none was lost.
  package func lossMessage(_ reason: String?) -> String? {
    guard lost > 0 else { return nil }
    var reasons = DropReason.allCases.compactMap { reason in
      ledger.dropped[reason].flatMap { $0 > 0 ? "\(reason) \($0)" : nil }
    }
    if ledger.rejected > 0 { reasons.append("rejected \(ledger.rejected)") }
    let unsettled = ledger.queued + ledger.inFlight
    if unsettled > 0 { reasons.append("unsettled \(unsettled)") }
    let items = counted(ledger.ended, signal?.itemNoun ?? "item")
    let sentence = "\(lost) of \(items) \(were(lost)) not delivered (\(reasons.joined(separator: ", ")))"
    return reason.map { "\(sentence): \($0)" } ?? sentence
  }
}
