package import OTLPWire
internal import TelemetryCore
package import TelemetryDatabase
internal import TelemetrySDK

/// `otlp traces`.
package struct TracesCommand: ToolCommand {
  package var database: DatabaseName?
  package var limit = 20
  package var isJSON = false

  package init() {}

  package static let table = CommandTable<TracesCommand>(
    "traces", "lists the latest traces of a database",
    notes: """
      --database is \(DatabaseName.forms). 'otlp receive --database' stores spans there.
      It looks at the latest 100,000 spans, and lists their traces by the start of the trace, the latest first. Exit code 66 if the database can't be read.
      """,
    options: [
      Option("database", "NAME", "the database", \.database, .database),
      Option("limit", "N", "the most traces", default: "20", \.limit, .integer(in: 1...10_000)),
      Option(flag: "json", "print the traces as JSON", \.isJSON),
    ])

  package static func writeEmptyResult(to writer: inout JSONWriter) {}

  package func run() async throws(ToolError) -> ExitCode {
    let traces = try await DatabaseAccess.read(database) { reader throws(DatabaseError) in
      try await reader.traces(limit: limit)
    }
    try TextOutput.standard.deliver(isJSON ? Self.json(traces) : Self.text(traces))
    return .success
  }

  private static func text(_ traces: [TraceSummary]) -> String {
    traces.map { trace in
      let duration = Interval(start: trace.start, end: trace.end).text
      let errors = trace.errorCount == 0 ? "" : "  \(trace.errorCount) failed"
      let services = trace.services.isEmpty ? "" : "  \(trace.services.joined(separator: ", ").sanitized(limit: 60))"
      let start = trace.start == 0 ? "no start time" : TimeOfDay(unixNano: trace.start).dateText
      return
        "\(trace.traceID)  \(start)  \(duration)  \(counted(trace.spanCount, "span"))\(errors)  \(trace.rootName.sanitized(limit: 60))\(services)\n"
    }.joined()
  }

  /// A line for each trace.
  private static func json(_ traces: [TraceSummary]) -> String {
    traces.map { trace in
      JSONWriter.object { writer in
        writer.field("traceId", "\(trace.traceID)")
        writer.field("startTimeUnixNano", "\(trace.start)")
        writer.field("endTimeUnixNano", "\(trace.end)")
        writer.field("spans", trace.spanCount)
        writer.field("errors", trace.errorCount)
        writer.field("rootName", trace.rootName)
        writer.array("services", trace.services)
      } + "\n"
    }.joined()
  }
}
