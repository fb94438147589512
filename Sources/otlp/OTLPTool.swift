internal import OTLPExport
internal import TelemetryCore

@main
struct OTLPTool {
  static func main() {
    // The first call: a file that is opened before could get the number of standard output.
    Process.occupyStandardDescriptors()
    // The error of a write to a closed pipe tells more than the signal.
    Process.ignoreWriteSignals()
    let arguments = Array(CommandLine.arguments.dropFirst())
    do throws(SystemError) {
      // Before any thread starts, so that all threads inherit the mask.
      if arguments.first == ExecCommand.table.name {
        try CommandSignals.shared.install()
      } else {
        try StopSignal.shared.install()
      }
    } catch {
      TextOutput.error.line("otlp: \(error)")
      Process.exit(ExitCode.configuration.rawValue)
    }
    let mainThread = ThreadExecutor()
    Task.detached(executorPreference: mainThread) {
      Process.exit(await run(arguments).rawValue)
    }
    mainThread.run()
  }

  private static func run(_ arguments: [String]) async -> ExitCode {
    do throws(ToolError) {
      let code = try await dispatch(arguments)
      if code == .success { try TextOutput.standard.close() }
      return code
    } catch {
      TextOutput.error.line("otlp: \(error)")
      return error.code
    }
  }

  private static func dispatch(_ arguments: [String]) async throws(ToolError) -> ExitCode {
    guard let name = arguments.first else {
      TextOutput.error.write(HelpCommand.overview(columns: Terminal.standardError.columns))
      return .usage
    }
    switch name {
    case "--help", "-h":
      try TextOutput.standard.deliver(HelpCommand.overview(columns: Terminal.standard.columns))
      return .success
    case "--version":
      try TextOutput.standard.deliver("otlp \(PackageVersion.current)\n")
      return .success
    default:
      guard let command = HelpCommand.types.first(where: { $0.description.name == name }) else {
        throw HelpCommand.unknown(name)
      }
      return await command.main(Array(arguments.dropFirst()))
    }
  }
}
