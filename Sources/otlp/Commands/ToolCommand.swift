internal import TelemetryCore

/// A command: the settings that its table fills in, and what it does.
package protocol ToolCommand {
  init()
  static var table: CommandTable<Self> { get }
  /// What `--json` prints if the command can't do anything, beside the error.
  static var emptyResult: JSONObject { get }
  func run() async throws(ToolError) -> ExitCode
}

extension ToolCommand {
  package static var emptyResult: JSONObject { JSONObject() }

  /// Reads the arguments after the command's name and does what they say.
  static func main(_ arguments: [String]) async -> ExitCode {
    do throws(ToolError) {
      switch try table.parse(arguments, into: Self()) {
      case .help:
        try TextOutput.standard.deliver(table.helpText(columns: Terminal.standard.columns))
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

  /// Whether `--json` is among the arguments, which may be ones that can't be read.
  private static func asksForJSON(_ arguments: [String]) -> Bool {
    table.options.contains { $0.name == "json" } && arguments.prefix { $0 != "--" }.contains("--json")
  }
}

/// Something that a command didn't achieve.
package struct Shortfall: Hashable, Sendable {
  package let code: ExitCode
  package let message: String
  /// Whether its parts have been printed already.
  package let isSaid: Bool

  package init(_ code: ExitCode, _ message: String, isSaid: Bool = false) {
    self.code = code
    self.message = message
    self.isSaid = isSaid
  }
}

extension ConnectionOptions {
  /// Prints the report, and each thing that went wrong on one line; the exit code is that of what matters most.
  func conclude(
    _ report: RunReport, reason: String?, command: String, _ others: [Shortfall] = []
  ) throws(ToolError) -> ExitCode {
    var shortfalls = others
    if let loss = report.lossMessage(reason) { shortfalls.insert(Shortfall(.loss, loss), at: 0) }
    for shortfall in shortfalls where !shortfall.isSaid {
      TextOutput.error.line("otlp \(command): \(shortfall.message)")
    }
    var report = report
    if !shortfalls.isEmpty { report.error = shortfalls.map(\.message).joined(separator: "; ") }
    try TextOutput.standard.deliver((json ? report.json : report.text) + "\n")
    let codes = shortfalls.map(\.code)
    return [ExitCode.loss, .noInput, .badData].first { codes.contains($0) } ?? .success
  }
}
