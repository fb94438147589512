internal import TelemetryCore

/// A command: the settings that its table fills in, and what it does.
package protocol ToolCommand {
  init()
  static var table: CommandTable<Self> { get }
  func run() async throws(ToolError) -> ExitCode
}

extension ToolCommand {
  /// Reads the arguments after the command's name and does what they say.
  static func main(_ arguments: [String]) async -> ExitCode {
    do throws(ToolError) {
      switch try table.parse(arguments, into: Self()) {
      case .help:
        TextOutput.standard.write(table.helpText)
        return .success
      case .run(let command): return try await command.run()
      }
    } catch {
      TextOutput.error.line("otlp \(table.name): \(error)")
      return error.code
    }
  }
}

extension ConnectionOptions {
  /// Prints the report and, if anything was lost, why; the exit code follows from that.
  func conclude(_ report: RunReport, reason: String?, command: String) -> ExitCode {
    let loss = report.lossMessage(reason)
    if let loss { TextOutput.error.line("otlp \(command): \(loss)") }
    guard TextOutput.standard.line(json ? report.json : report.text) else { return .loss }
    return loss == nil ? .success : .loss
  }
}
