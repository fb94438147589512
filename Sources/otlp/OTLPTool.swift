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
      TextOutput.error.write(usage)
      return .usage
    }
    let rest = Array(arguments.dropFirst())
    switch name {
    case "demo": return await DemoCommand.main(rest)
    case "send": return await SendCommand.main(rest)
    case "load": return await LoadCommand.main(rest)
    case "receive": return await ReceiveCommand.main(rest)
    case "help" where !rest.isEmpty: return await run([rest[0], "--help"])
    case "help", "--help", "-h":
      TextOutput.standard.write(usage)
      return .success
    case "--version":
      TextOutput.standard.line("otlp \(OTLPVersion.current)")
      return .success
    default:
      TextOutput.error.line("otlp: unknown command '\(name)'; there are demo, send, load and receive")
      return .usage
    }
  }

  private static let usage =
    "otlp: sends and receives telemetry by the OpenTelemetry protocol\n\nusage: otlp COMMAND [OPTIONS]\n\n"
    + [
      (DemoCommand.table.name, DemoCommand.table.summary), (SendCommand.table.name, SendCommand.table.summary),
      (LoadCommand.table.name, LoadCommand.table.summary), (ReceiveCommand.table.name, ReceiveCommand.table.summary),
    ].map { HelpColumns.row($0.0, $0.1) }.joined()
    + "\n'otlp COMMAND --help' says more.\n"
}
