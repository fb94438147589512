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
    "send", "reads lines of OTLP JSON and exports their spans",
    notes: """
      A line that isn't OTLP JSON is reported as 'line N: …'; the others are sent all the same.
      Exit code 0 if all was delivered, 65 if some lines were bad, 66 without the file, 69 for loss.
      """,
    options: ConnectionOptions.table.map { $0.within(\SendCommand.connection) },
    operand: Operand("FILE", "lines of OTLP JSON, as the Collector's file exporter writes them; - is standard input") {
      $0.file = $1
    })

  package func run() throws(ToolError) -> ExitCode {
    let input = try openInput()
    let wake = BlockingSemaphore()
    StopSignal.shared.onRequest { wake.signal() }
    let pipeline = try Pipeline(connection, environment: Process.environment)
    // A read of standard input can't be interrupted, so it has a thread of its own that a signal leaves behind.
    let reader = InputReader(input, isStopped: { StopSignal.shared.isRequested }) { pipeline.processor.onEnd($0) }
    do throws(SystemError) {
      try ThreadSystem.start(name: "otlp-send", stackSize: 8 << 20) {
        reader.run()
        wake.signal()
      }
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
    _ = wake.wait(until: .never)
    let report = pipeline.finish()
    let code = connection.conclude(report, reason: pipeline.lastError, command: "send")
    if code != .success { return code }
    if let failure = reader.result.failure {
      TextOutput.error.line("otlp send: \(file): \(failure)")
      return .noInput
    }
    return reader.result.badLines > 0 ? .badData : .success
  }

  private func openInput() throws(ToolError) -> Int32 {
    if file == "-" { return STDIN_FILENO }
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ToolError(.noInput, "\(Diagnostics.sanitized(file)): \(systemMessage(errno))")
    }
    return descriptor
  }
}
