internal import OTLPExport
internal import TelemetryCore

@main
struct OTLPTool {
  static func main() {
    do throws(SystemError) {
      // First of all, so that no thread is without the mask.
      try StopSignal.shared.install()
    } catch {
      TextOutput.error.line("otlp: \(error)")
      Process.exit(ExitCode.configuration.rawValue)
    }
    let arguments = Array(CommandLine.arguments.dropFirst())
    // Not on the main thread's actor: the main thread only waits.
    Task.detached {
      Process.exit(await run(arguments).rawValue)
    }
    _ = BlockingSemaphore().wait(until: .never)
  }

  private static func run(_ arguments: [String]) async -> ExitCode {
    guard let name = arguments.first else {
      TextOutput.error.write(HelpCommand.overview)
      return .usage
    }
    let rest = Array(arguments.dropFirst())
    switch name {
    case "demo": return await DemoCommand.main(rest)
    case "send": return await SendCommand.main(rest)
    case "load": return await LoadCommand.main(rest)
    case "receive": return await ReceiveCommand.main(rest)
    case "doctor": return await DoctorCommand.main(rest)
    case "help": return await HelpCommand.main(rest)
    case "--help", "-h":
      TextOutput.standard.write(HelpCommand.overview)
      return .success
    case "--version":
      TextOutput.standard.line("otlp \(OTLPVersion.current)")
      return .success
    default:
      TextOutput.error.line("otlp: \(HelpCommand.unknown(name))")
      return .usage
    }
  }
}
