package import OTLPWire
internal import SwiftOTLP
internal import TelemetryCore
internal import TelemetrySDK

/// `otlp exec`.
package struct ExecCommand: ToolCommand {
  package var export: ExportOptions = {
    var options = ExportOptions()
    options.shutdownTimeout = .seconds(2)
    return options
  }()
  package var span = SpanOptions()
  package var command: [String] = []
  package var recordsArguments = false

  package init() {}

  package static let table = CommandTable<ExecCommand>(
    "exec", "runs a command inside a span",
    notes: """
      The command gets the span's context in TRACEPARENT, TRACESTATE and BAGGAGE (by OTEL_PROPAGATORS), and the span \
      continues the context that it finds there.
      The exit code is the command's own: 128+N if signal N ended it, 127 if it isn't found, 126 if it can't be executed.
      A failure makes the span's status an error. Signals are passed on to the command.
      If spans can't be delivered, a line on standard error says so; the exit code stays, and the end is delayed by at most \
      --shutdown-timeout.
      """,
    options: SpanOptions.table(within: \.span, name: "the command's name", kind: "client") + [
      Option(
        flag: "record-arguments", "add the command's arguments to the span: they may hold secrets", \.recordsArguments)
    ] + exportOptions,
    operand: .command("COMMAND [ARG...]", "the command and its arguments", \.command))

  private static var exportOptions: [Option<ExecCommand>] {
    ExportOptions.table(within: \.export).filter { $0.name != "json" }
      .map { $0.name == "shutdown-timeout" ? $0.withDefault("2s") : $0 }
  }

  package static func writeEmptyResult(to writer: inout JSONWriter) {}

  package func run() async throws(ToolError) -> ExitCode {
    guard let program = command.first else {
      throw ToolError(.usage, "a command is missing: otlp exec [OPTIONS] -- COMMAND [ARG...]")
    }
    let environment = Process.environment
    let process = CommandProcess()
    CommandSignals.shared.onSignal { process.receive($0, isSent: $1) }
    let telemetry = try telemetry(environment)
    let parent = telemetry.context(in: environment)
    let span = telemetry.tracer.startSpan(
      self.span.name ?? Self.baseName(program), kind: self.span.kind ?? .client, parent: parent,
      attributes: attributes(program, searchPath: environment["PATH"]))
    let end = process.run(
      lastArguments: command.count, Self.environment(for: TraceContext(span, in: parent), telemetry)
    ) { span.setAttribute("process.pid", Int($0)) }
    Self.record(end, in: span)
    if case .notStarted = end {
      TextOutput.error.line("otlp exec: \(Redaction.shown(program)): \(end.failure ?? "")")
    }
    let report = await telemetry.finish(within: export.shutdownTimeout)
    if let loss = report.lossMessage(telemetry.run?.lastError) { TextOutput.error.line("otlp exec: \(loss)") }
    Process.exit(end.exitCode)
  }

  /// Telemetry that can't be set up doesn't keep the command from running, unless an option is at fault.
  private func telemetry(_ environment: [String: String]) throws(ToolError) -> ToolTelemetry {
    do throws(ToolError) {
      return try ToolTelemetry(export, span, environment: environment)
    } catch {
      guard error.code != .usage else { throw error }
      TextOutput.error.line("otlp exec: \(error); the command runs without telemetry")
      return try ToolTelemetry(withoutExport: span, environment: environment)
    }
  }

  /// The attributes of a call of a program, by the semantic conventions for CLI programs.
  private func attributes(_ program: String, searchPath: String?) -> Attributes {
    var attributes: Attributes = [
      "process.executable.name": .string(Self.baseName(program)), "process.command": .string(program),
    ]
    if let path = CommandFile.path(of: program, searchPath: searchPath).flatMap({ CommandFile.absolute($0) }) {
      attributes["process.executable.path"] = .string(path)
    }
    if recordsArguments { attributes["process.command_args"] = AttributeValue(command) }
    for attribute in span.attributes { attributes[attribute.key] = attribute.value }
    return attributes
  }

  private static func record(_ end: CommandEnd, in span: RecordingSpan) {
    span.setAttribute("process.exit.code", Int(end.exitCode))
    if let type = end.errorType { span.setAttribute("error.type", type) }
    if let failure = end.failure { span.setStatus(.error(failure)) }
    span.end()
  }

  private static func environment(for context: TraceContext, _ telemetry: ToolTelemetry) -> CommandEnvironment {
    let propagator = telemetry.telemetry.propagator
    var carried: [String: String] = [:]
    propagator.inject(context, into: &carried, using: EnvironmentTextMap())
    // An old value must not stay beside the new context.
    let names = Set(propagator.fields.map { EnvironmentTextMap.variable($0) })
    return CommandEnvironment(removing: names, setting: carried)
  }

  private static func baseName(_ program: String) -> String {
    program.split(separator: "/").last.map(String.init) ?? program
  }
}
