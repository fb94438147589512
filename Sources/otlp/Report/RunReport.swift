package import TelemetrySDK

/// The result of a command that exports.
package struct RunReport: Sendable {
  package var endpoint: String
  package var ledger = Ledger()
  package var elapsed = Duration.zero
  package var cpuTime = Duration.zero
  package var latency = LatencyHistogram()
  /// The failures; nil if everything was delivered.
  package var error: String?

  package init(endpoint: String) { self.endpoint = endpoint }

  private var spansPerSecond: Double { elapsed > .zero ? Double(ledger.exported) / elapsed.inSeconds : 0 }

  private var cpuMicrosPerSpan: Double { ledger.ended > 0 ? cpuTime.inSeconds * 1e6 / Double(ledger.ended) : 0 }

  private func latencyMillis(_ share: Double) -> Double { latency.percentile(share).inSeconds * 1e3 }

  /// The number of spans that were not delivered.
  package var lost: Int { ledger.ended - ledger.exported }

  /// The line that `--json` prints. Scripts rely on its members.
  package var json: String {
    var object = object
    if let error { object.add("error", error) }
    return object.text
  }

  /// All members but `error`.
  package var object: JSONObject {
    var dropped = JSONObject()
    for reason in DropReason.allCases { dropped.add(reason.rawValue, ledger.dropped[reason] ?? 0) }
    var percentiles = JSONObject()
    percentiles.add("p50", latencyMillis(0.5))
    percentiles.add("p99", latencyMillis(0.99))
    var object = JSONObject()
    object.add("endpoint", endpoint)
    object.add("ended", ledger.ended)
    object.add("exported", ledger.exported)
    object.add("rejected", ledger.rejected)
    object.add("dropped", dropped)
    object.add("queued", ledger.queued)
    object.add("inFlight", ledger.inFlight)
    object.add("possibleDuplicates", ledger.possibleDuplicates)
    object.add("exports", ledger.exports)
    object.add("attempts", ledger.attempts)
    object.add("seconds", elapsed.inSeconds)
    object.add("spansPerSecond", spansPerSecond)
    object.add("cpuMicrosPerSpan", cpuMicrosPerSpan)
    object.add("latencyMillis", percentiles)
    return object
  }

  /// The report as text.
  package var text: String {
    """
    \(ledger)
    \(decimal(elapsed.inSeconds, 2)) s, \(decimal(spansPerSecond, 0)) spans/s, \
    \(decimal(cpuMicrosPerSpan, 2)) µs CPU a span
    \(ledger.exports) exports in \(ledger.attempts) requests, latency p50 \(decimal(latencyMillis(0.5), 2)) ms, \
    p99 \(decimal(latencyMillis(0.99), 2)) ms
    """
  }

  /// - Returns: A sentence with the number of lost spans and the reasons; nil if no span was lost.
  package func lossMessage(_ reason: String?) -> String? {
    guard lost > 0 else { return nil }
    var reasons = DropReason.allCases.compactMap { reason in
      ledger.dropped[reason].flatMap { $0 > 0 ? "\(reason) \($0)" : nil }
    }
    if ledger.rejected > 0 { reasons.append("rejected \(ledger.rejected)") }
    let unsettled = ledger.queued + ledger.inFlight
    if unsettled > 0 { reasons.append("unsettled \(unsettled)") }
    let sentence = "\(lost) of \(ledger.ended) spans were not delivered (\(reasons.joined(separator: ", ")))"
    return reason.map { "\(sentence): \($0)" } ?? sentence
  }
}
