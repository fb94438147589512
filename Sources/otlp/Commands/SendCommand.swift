internal import OTLPExport
internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

/// `otlp send`.
package struct SendCommand: ToolCommand {
  package var export = ExportOptions()
  package var file = "-"

  package init() {}

  package static let table = CommandTable<SendCommand>(
    "send", "reads documents of OTLP JSON and exports their spans, log records and metrics",
    notes: """
      A document can be a line, have any line breaks, or be an element of an array; gzip is inflated. \
      Enums by name and keys in snake_case are accepted.
      Invalid input is reported as 'line N: …', and the rest is sent; a value that can't be read drops its whole document.
      The metrics of a document are one collection, and aren't sent together with those of another. Counts are of spans, \
      log records and data points.
      Each signal has its own variables, such as OTEL_EXPORTER_OTLP_LOGS_ENDPOINT.
      The command gives up if nothing was delivered for --export-timeout while items wait for room.
      Exit code 0 if all was delivered, 65 if some input was invalid or skipped, 66 without the file, 69 for loss.
      """,
    options: ExportOptions.table(within: \.export),
    operand: .operand(
      "FILE", "OTLP JSON, as the Collector's file exporter writes it; - is standard input", \.file, .text))

  package func run() async throws(ToolError) -> ExitCode {
    let patience = try export.batchConfiguration(environment: Process.environment, diagnostics: .silent).exportTimeout
    let input = try openInput()
    let wake = BlockingSemaphore()
    export.endAtSignal("send", wake: wake)
    let runs = SignalRuns(export, environment: Process.environment) { wake.signal() }
    let problems = InputProblemLog()
    let reader = InputReader(
      input, problems: problems, isStopped: { StopSignal.shared.isRequested || runs.error != nil },
      takeSpan: { runs.take($0) }, takeLogRecord: { runs.take($0) }, takeMetrics: { runs.take($0) })
    // A signal can't interrupt a read of standard input, so the reader has its own thread, which a signal abandons.
    do throws(SystemError) {
      try ThreadSystem.start(name: "otlp-send", stackSize: 8 << 20) {
        reader.run()
        wake.signal()
      }
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
    let stall = wait(for: reader, runs, wake, patience: patience)
    reader.abandon()
    let report = await runs.finish(since: .system)
    // The shutdown has woken the reader, which counts what is left. A pipe may never end.
    if stall != nil { waitForCount(reader, wake) }
    problems.conclude()
    if let error = runs.error { throw error }
    return try export.conclude(
      report, reason: runs.lastError, command: "send", shortfalls(of: reader, stall))
  }

  private func wait(for reader: InputReader, _ runs: SignalRuns, _ wake: BlockingSemaphore, patience: Duration)
    -> Shortfall?
  {
    runs.wait(
      on: wake, patience: export.overflow == ExportOptions.block ? patience : nil, isWaiting: { reader.isWaiting }
    ) { !reader.hasEnded && !StopSignal.shared.isRequested && runs.error == nil }
  }

  private func waitForCount(_ reader: InputReader, _ wake: BlockingSemaphore) {
    let end = Deadline.after(.seconds(1))
    while !reader.hasEnded, !StopSignal.shared.isRequested, wake.wait(until: end) {}
  }

  private func shortfalls(of reader: InputReader, _ stall: Shortfall?) -> [Shortfall] {
    let result = reader.result
    let shortfalls = result.shortfalls(shownName)
    if let stall {
      let least = result.isComplete ? "" : "at least "
      let items = counted(result.untaken, "item")
      let rest =
        result.isComplete && result.untaken == 0
        ? "" : "; \(least)\(items) of the input \(were(result.untaken)) not taken"
      return [Shortfall(stall.code, stall.message + rest)] + shortfalls
    }
    guard shortfalls.isEmpty else { return shortfalls }
    if !result.isComplete { return [Shortfall(.loss, "interrupted before the end of the input")] }
    if result.documents == 0 { TextOutput.error.line("otlp send: \(shownName): nothing to send: it is empty") }
    return []
  }

  private var shownName: String { file == "-" ? "standard input" : Redaction.shown(file) }

  private func openInput() throws(ToolError) -> ByteSource {
    do throws(SystemError) {
      return try ByteSource(path: file)
    } catch {
      // With `--header authorization=Bearer TOKEN` without quotation marks, the token is the operand.
      let shown =
        export.endsInScheme ? "the file named after --header, whose value may need quotation marks" : shownName
      throw ToolError(.noInput, "\(shown): \(SystemError.text(of: error.code))")
    }
  }
}
