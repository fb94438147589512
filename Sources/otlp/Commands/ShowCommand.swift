internal import TelemetryCore
package import TelemetryDatabase
internal import TelemetrySDK

/// `otlp show`.
package struct ShowCommand: ToolCommand {
  package var database: DatabaseName?
  package var trace = ""
  package var limit: Int?
  package var isVerbose = false

  package init() {}

  package static let table = CommandTable<ShowCommand>(
    "show", "draws a trace of a database",
    notes: """
      --database is \(DatabaseName.forms); 'otlp traces' lists the traces there.
      The spans stand in the order of their tree. Exit code 66 if the database can't be read, or doesn't have the trace.
      """,
    options: [
      Option("database", "NAME", "the database", \.database, .database),
      Option(
        "limit", "N", "the most spans", default: "\(Waterfall.spansOnTerminal) on a terminal, else all", \.limit,
        .integer(in: 1...10_000_000)),
      Option(flag: "verbose", "show attributes, events, links and times too", \.isVerbose),
    ],
    operand: .operand("TRACE", "the trace's identifier, 32 hexadecimal digits", \.trace, .text))

  package func run() async throws(ToolError) -> ExitCode {
    guard !trace.isEmpty else {
      throw ToolError(.usage, "TRACE is missing: the trace's identifier; 'otlp traces' lists the traces of a database")
    }
    guard let id = TraceID(hex: trace) else {
      throw ToolError(usage: ConfigurationError(option: "TRACE", value: trace, allowed: "32 hexadecimal digits"))
    }
    let spans = try await DatabaseAccess.read(database) { reader throws(DatabaseError) in
      try await reader.spans(of: id)
    }
    guard !spans.isEmpty else { throw ToolError(.noInput, "the database has no span of the trace \(id)") }
    var waterfall = Waterfall(Terminal.standard, isVerbose: isVerbose)
    waterfall.limit = limit ?? waterfall.limit
    waterfall.hint = "; --limit shows more"
    try TextOutput.standard.deliver(waterfall.text(spans))
    return .success
  }
}
