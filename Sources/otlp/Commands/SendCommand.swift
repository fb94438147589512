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
    "send", "reads documents of OTLP JSON and exports their spans",
    notes: """
      A document can be a line, have any line breaks, or be an element of an array; gzip is inflated. \
      Enums by name and keys in snake_case are accepted.
      Invalid input is reported as 'line N: …', and the rest is sent.
      Metrics and log records are skipped and reported.
      The command gives up if nothing was delivered for --export-timeout while spans wait for room.
      Exit code 0 if all was delivered, 65 if some input was invalid or skipped, 66 without the file, 69 for loss.
      """,
    options: ExportOptions.table(within: \.export),
    operand: .operand(
      "FILE", "OTLP JSON, as the Collector's file exporter writes it; - is standard input", \.file, .text))

  package func run() throws(ToolError) -> ExitCode {
    let input = try openInput()
    let wake = BlockingSemaphore()
    export.endAtSignal("send", wake: wake)
    let run = try ExportRun(export, environment: Process.environment)
    let problems = InputProblemLog()
    let reader = InputReader(
      input, problems: problems, isStopped: { StopSignal.shared.isRequested }
    ) { run.processor.onEnd($0) }
    // A signal can't interrupt a read of standard input, so the reader has its own thread, which a signal abandons.
    do throws(SystemError) {
      try ThreadSystem.start(name: "otlp-send", stackSize: 8 << 20) {
        reader.run()
        wake.signal()
      }
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
    let stall = run.wait(on: wake, patience: run.patience, isWaiting: { reader.isWaiting }) {
      !reader.hasEnded && !StopSignal.shared.isRequested
    }
    reader.abandon()
    let report = run.finish()
    problems.conclude()
    return try export.conclude(
      report, reason: run.lastError, command: "send", [stall].compactMap(\.self) + shortfalls(of: reader, stall))
  }

  private func shortfalls(of reader: InputReader, _ stall: Shortfall?) -> [Shortfall] {
    let result = reader.result
    let shortfalls = result.shortfalls(shownName)
    guard stall == nil, shortfalls.isEmpty else { return shortfalls }
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
