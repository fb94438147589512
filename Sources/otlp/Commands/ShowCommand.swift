internal import TelemetryCore
internal import TelemetryDatabase
internal import TelemetrySDK

/// `otlp show`.
package struct ShowCommand: ToolCommand {
  package var database: String?
  package var trace = ""
  package var isVerbose = false

  package init() {}

  package static let table = CommandTable<ShowCommand>(
    "show", "draws a trace of a database",
    notes: """
      --database is \(DatabaseAccess.forms); 'otlp traces' lists the traces there.
      Exit code 66 if the database can't be read, or doesn't have the trace.
      """,
    options: [
      Option("database", "NAME", "the database", \.database, .path),
      Option(flag: "verbose", "show attributes, events, links and times too", \.isVerbose),
    ],
    operand: .operand("TRACE", "the trace's identifier, 32 hexadecimal digits", \.trace, .text))

  package func run() async throws(ToolError) -> ExitCode {
    guard let id = TraceID(hex: trace) else {
      throw ToolError(usage: ConfigurationError(option: "TRACE", value: trace, allowed: "32 hexadecimal digits"))
    }
    let spans = try await DatabaseAccess.read(database) { reader throws(DatabaseError) in
      try await reader.spans(of: id)
    }
    guard !spans.isEmpty else { throw ToolError(.noInput, "the database has no span of the trace \(id)") }
    try TextOutput.standard.deliver(Waterfall(Terminal.standard, isVerbose: isVerbose).text(spans))
    return .success
  }
}
