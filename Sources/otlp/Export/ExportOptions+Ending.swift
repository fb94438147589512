internal import TelemetryCore

extension ExportOptions {
  /// Makes the first signal wake the command, which then delivers the items in the queue.
  func endAtSignal(_ command: String, wake: BlockingSemaphore) {
    let limit = shutdownTimeout.shortText
    StopSignal.shared.onRequest {
      TextOutput.error.line(
        "otlp \(command): interrupted; delivers what is queued for at most \(limit); a second signal ends the "
          + "command at once")
      wake.signal()
    }
  }

  /// Prints the report on standard output, and each failure as a line on standard error.
  /// - Parameters:
  ///   - reason: The last error of the exporter.
  ///   - others: Failures other than lost items.
  /// - Returns: The exit code of the most important failure.
  func conclude(
    _ report: RunReport, reason: String?, command: String, _ others: [Shortfall] = []
  ) throws(ToolError) -> ExitCode {
    var shortfalls = others
    if let loss = report.lossMessage(reason) { shortfalls.insert(Shortfall(.loss, loss), at: 0) }
    for shortfall in shortfalls where !shortfall.isPrinted {
      TextOutput.error.line("otlp \(command): \(shortfall.message)")
    }
    var report = report
    if !shortfalls.isEmpty { report.error = shortfalls.map(\.message).joined(separator: "; ") }
    try TextOutput.standard.deliver((json ? report.json : report.text) + "\n")
    let codes = shortfalls.map(\.code)
    return [ExitCode.loss, .noInput, .badData].first { codes.contains($0) } ?? .success
  }
}
