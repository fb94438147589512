internal import TelemetryCore

/// A command of the tool. The options of the table change the properties of the command.
package protocol ToolCommand: SendableMetatype {
  init()
  static var table: CommandTable<Self> { get }
  /// The JSON besides `error` if the command can't start.
  static var emptyResult: JSONObject { get }
  func run() async throws(ToolError) -> ExitCode
}

extension ToolCommand {
  static var description: CommandDescription { table.description }

  package static var emptyResult: JSONObject { RunReport(endpoint: "").object }

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
        var result = emptyResult
        result.add("error", error.description)
        TextOutput.standard.line(result.text)
      }
      return error.code
    }
  }

  /// Works for arguments that can't be parsed, too.
  private static func asksForJSON(_ arguments: [String]) -> Bool {
    table.options.contains { $0.name == "json" } && arguments.prefix { $0 != "--" }.contains("--json")
  }
}
