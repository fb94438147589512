package import OTLPWire
internal import TelemetryCore

/// A command of the tool. The options of the table change the properties of the command.
package protocol ToolCommand: SendableMetatype {
  init()
  static var table: CommandTable<Self> { get }
  /// Writes the JSON besides `error` if the command can't start.
  static func writeEmptyResult(to writer: inout JSONWriter)
  func run() async throws(ToolError) -> ExitCode
}

extension ToolCommand {
  static var description: CommandDescription { table.description }

  package static func writeEmptyResult(to writer: inout JSONWriter) {
    RunReport(endpoint: "").writeMembers(to: &writer)
  }

  /// Parses the arguments after the command's name and runs the command.
  static func main(_ arguments: [String]) async -> ExitCode {
    do throws(ToolError) {
      switch try table.parse(arguments, into: Self()) {
      case .help:
        try TextOutput.standard.deliver(HelpText.text(of: table.description, columns: Terminal.standard.columns))
        return .success
      case .run(let command): return try await command.run()
      }
    } catch {
      TextOutput.error.line("otlp \(table.name): \(error)")
      if asksForJSON(arguments) {
        TextOutput.standard.line(
          JSONWriter.object { writer in
            writeEmptyResult(to: &writer)
            writer.field("error", error.description)
          })
      }
      return error.code
    }
  }

  /// Works for arguments that can't be parsed, too.
  private static func asksForJSON(_ arguments: [String]) -> Bool {
    table.options.contains { $0.name == "json" } && arguments.prefix { $0 != "--" }.contains("--json")
  }
}
