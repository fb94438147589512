internal import TelemetryCore
package import TelemetrySDK

/// `otlp span`.
package struct SpanCommand: ToolCommand {
  package var export = ExportOptions()
  package var span = SpanOptions()
  package var start: Moment?
  package var end: Moment?
  package var duration: Duration?
  package var status = SpanData.Status.Code.unset
  package var statusMessage: String?
  package var parent: TraceContext?

  package init() {}

  package static let table = CommandTable<SpanCommand>(
    "span", "exports one span, for scripts, and prints its traceparent",
    notes: """
      Without --start, --end and --duration the span starts and ends now. Without --end it ends now, unless --start and \
      --duration give the end.
      Times are seconds since 1970, as 'date +%s.%N' prints them, or by RFC 3339: 2026-01-01T00:00:00.5Z.
      The printed traceparent makes other spans children: TRACEPARENT=$(otlp span --name build).
      Exit code 0 if the span was delivered, or isn't sampled; 69 if not.
      """,
    options: SpanOptions.table(within: \.span, name: nil, kind: "internal") + own
      + ExportOptions.table(within: \.export))

  private static let own: [Option<SpanCommand>] = [
    Option("start", "TIME", "when the span started", \.start, .moment),
    Option("end", "TIME", "when the span ended", default: "now", \.end, .moment),
    Option("duration", "T", "how long the span took", \.duration, .duration),
    Option(
      "status", "CODE", "the status: unset, ok or error", default: "unset", \.status, .statusCode),
    Option("status-message", "TEXT", "the description of --status error", \.statusMessage, .text),
    Option(
      "parent", "TRACEPARENT", "the parent's traceparent, or none", default: "that of the environment", \.parent,
      .parent),
  ]

  package func run() async throws(ToolError) -> ExitCode {
    guard let name = span.name else { throw ToolError(.usage, "--name is missing: the span needs a name") }
    let environment = Process.environment
    let (times, status) = try checked()
    let telemetry = try ToolTelemetry(export, span, environment: environment)
    let recorded = telemetry.tracer.startSpan(
      name, kind: span.kind ?? .internal, parent: parent ?? telemetry.context(in: environment),
      attributes: Attributes(span.attributes.map { ($0.key, $0.value) }), at: times.start)
    recorded.setStatus(status)
    recorded.end(at: times.end)
    var report = await telemetry.finish(within: export.shutdownTimeout)
    report.traceparent = Self.traceparent(of: recorded)
    return try conclude(report, reason: telemetry.run?.lastError)
  }

  private func checked() throws(ToolError) -> (SpanTimes, SpanData.Status) {
    do throws(ConfigurationError) {
      if let statusMessage, status != .error {
        throw ConfigurationError(
          option: "--status-message", value: statusMessage, allowed: "together with --status error")
      }
      let times = try SpanTimes(
        start: start, end: end, duration: duration, now: Process.wallClockNanoseconds)
      return (times, SpanData.Status(status, message: statusMessage ?? ""))
    } catch {
      throw ToolError(usage: error)
    }
  }

  /// The header for the span's children; nil for a span without an identity, as of a disabled SDK.
  private static func traceparent(of span: RecordingSpan) -> String? {
    var headers: [String: String] = [:]
    W3CTraceContextPropagator().inject(TraceContext(span, in: TraceContext()), into: &headers)
    return headers["traceparent"]
  }

  private func conclude(_ report: RunReport, reason: String?) throws(ToolError) -> ExitCode {
    if export.json { return try export.conclude(report, reason: reason, command: "span") }
    if let traceparent = report.traceparent { try TextOutput.standard.deliver(traceparent + "\n") }
    guard let loss = report.lossMessage(reason) else { return .success }
    TextOutput.error.line("otlp span: \(loss)")
    return .loss
  }
}
