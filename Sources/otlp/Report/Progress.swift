package import TelemetryCore
package import TelemetrySDK

/// A line on a terminal that a running command updates.
package struct Progress {
  private let output: TextOutput
  private let total: Int?
  private let start: MonotonicInstant
  private var isShown = false

  package init(total: Int?, start: MonotonicInstant, output: TextOutput = .error) {
    self.output = output
    self.total = total
    self.start = start
  }

  /// Updates the line if the output is a terminal.
  /// - Parameter failure: The last failure.
  package mutating func show(_ ledger: Ledger, failure: String?, at now: MonotonicInstant) {
    guard output.isTerminal else { return }
    isShown = true
    var text = Self.text(ledger, total: total, elapsed: now - start)
    if let failure { text += "  " + failure.sanitized() }
    // The next update overwrites only the last line of a wrapped line.
    output.write("\r\u{1B}[K" + TerminalWidth.cut(text, to: Terminal.standardError.columns - 1))
  }

  /// Empties the line for other output.
  package mutating func clear() {
    if isShown { output.write("\r\u{1B}[K") }
    isShown = false
  }

  package static func text(_ ledger: Ledger, total: Int?, elapsed: Duration) -> String {
    var text = "\(decimal(elapsed.inSeconds, 1)) s  exported \(ledger.exported)"
    if let total { text += " of \(total)" }
    let rate = elapsed > .zero ? Double(ledger.exported) / elapsed.inSeconds : 0
    text += "  \(decimal(rate, 0))/s  waiting \(ledger.queued + ledger.inFlight)"
    if ledger.droppedTotal > 0 { text += "  dropped \(ledger.droppedTotal)" }
    if ledger.rejected > 0 { text += "  rejected \(ledger.rejected)" }
    return text
  }
}
