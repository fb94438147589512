internal import OTLPExport
internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `otlp send`.
package struct SendCommand: ToolCommand {
  package var connection = ConnectionOptions()
  package var file = "-"

  package init() {}

  package static let table = CommandTable<SendCommand>(
    "send", "reads documents of OTLP JSON and exports their spans",
    notes: """
      Documents stand on a line each, or have any line breaks, or are elements of an array; gzip is \
      inflated. Enums by their names and keys in snake_case are understood.
      What isn't OTLP JSON is reported as 'line N: …'; the rest is sent all the same.
      Metrics and log records are skipped, and said so.
      It gives up when nothing could be delivered for --export-timeout while spans wait for room.
      Exit code 0 if all was delivered, 65 if some input was bad or skipped, 66 without the file, 69 for loss.
      """,
    options: ConnectionOptions.table.map { $0.within(\SendCommand.connection) },
    operand: Operand("FILE", "OTLP JSON, as the Collector's file exporter writes it; - is standard input") {
      $0.file = $1
    })

  package static var emptyResult: JSONObject { RunReport(endpoint: "").object }

  package func run() throws(ToolError) -> ExitCode {
    let input = try openInput()
    let wake = BlockingSemaphore()
    Interruption.listen("send", shutdownTimeout: connection.shutdownTimeout, wake: wake)
    let pipeline = try Pipeline(connection, environment: Process.environment)
    let complaints = Complaints()
    // A read of standard input can't be interrupted, so it has a thread of its own that a signal leaves behind.
    let reader = InputReader(
      ByteSource(descriptor: input), complaints: complaints, isStopped: { StopSignal.shared.isRequested }
    ) { pipeline.processor.onEnd($0) }
    do throws(SystemError) {
      try ThreadSystem.start(name: "otlp-send", stackSize: 8 << 20) {
        reader.run()
        wake.signal()
      }
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
    var shortfalls = wait(for: reader, pipeline, wake)
    reader.abandon()
    let report = pipeline.finish()
    complaints.conclude()
    shortfalls += reader.result.shortfalls(shownName)
    if !reader.result.isComplete, shortfalls.isEmpty {
      shortfalls.append(Shortfall(.loss, "interrupted before the end of the input"))
    }
    if reader.result.documents == 0, shortfalls.isEmpty {
      TextOutput.error.line("otlp send: \(shownName): nothing to send: it is empty")
    }
    return try connection.conclude(report, reason: pipeline.lastError, command: "send", shortfalls)
  }

  /// Returns at the end of the input, at a signal, or when nothing can be delivered.
  private func wait(for reader: InputReader, _ pipeline: Pipeline, _ wake: BlockingSemaphore) -> [Shortfall] {
    let start = MonotonicInstant.system
    var progress = Progress(total: nil, start: start)
    var watch = pipeline.patience.map { StallWatch(patience: $0, at: start) }
    while !wake.wait(until: .after(.milliseconds(progress.isVisible ? 200 : 500))) {
      let (ledger, now) = (pipeline.processor.ledger, MonotonicInstant.system)
      progress.show(ledger, failure: pipeline.lastError, at: now)
      if watch?.isStalled(ledger, isWaiting: reader.isWaiting, at: now) == true {
        progress.clear()
        return [Shortfall(.loss, watch?.message ?? "")]
      }
    }
    progress.clear()
    return []
  }

  private var shownName: String { file == "-" ? "standard input" : Redaction.shown(file) }

  private func openInput() throws(ToolError) -> Int32 {
    if file == "-" { return STDIN_FILENO }
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
    let code = errno
    guard descriptor < 0 else { return descriptor }
    // `--header authorization=Bearer TOKEN` without quotation marks makes the token the file.
    let shown =
      connection.endsInScheme ? "the file named after --header, whose value may need quotation marks" : shownName
    throw ToolError(.noInput, "\(shown): \(SystemError.text(of: code))")
  }
}
