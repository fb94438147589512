internal import OTLPExport
internal import OTLPGRPC
internal import OTLPTesting
internal import TelemetryCore
internal import TelemetrySDK

/// `otlp demo`.
package struct DemoCommand: ToolCommand {
  package var connection = ConnectionOptions()

  package init() {}

  package static let table = CommandTable<DemoCommand>(
    "demo", "exports a trace to a receiver of its own, in plaintext and over TLS, and shows it",
    notes: """
      With --endpoint it exports the trace there instead, and starts no receiver.
      Exit code 0 if every span was delivered, 69 if not.
      """,
    options: ConnectionOptions.table.map { $0.within(\DemoCommand.connection) })

  package func run() async throws(ToolError) -> ExitCode {
    let environment = Process.environment
    let isElsewhere =
      !connection.endpoints.isEmpty
      || ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].contains { environment[$0] != nil }
    if isElsewhere { return try exportElsewhere(environment) }
    let certificates = try makeCertificates()
    defer { certificates.remove() }
    let plain = try await round(nil, environment)
    let secure = try await round(certificates, environment)
    var report = plain.report
    report.ledger = report.ledger + secure.report.ledger
    report.elapsed += secure.report.elapsed
    report.cpuTime += secure.report.cpuTime
    report.latency.add(secure.report.latency)
    let code = connection.conclude(report, reason: plain.error ?? secure.error, command: "demo")
    return plain.isIntact && secure.isIntact ? code : .loss
  }

  private struct Round {
    var report: RunReport
    var error: String?
    var isIntact: Bool
  }

  /// One receiver, one trace.
  private func round(
    _ certificates: TestCertificates?, _ environment: [String: String]
  ) async throws(ToolError) -> Round {
    let tls = certificates.map { LoopbackCollector.TLS(certificate: $0.certificate, privateKey: $0.privateKey) }
    let collector: LoopbackCollector
    do {
      collector = try await LoopbackCollector(.init(port: 0, tls: tls))
    } catch {
      throw ToolError(.configuration, "the receiver can't start: \(error)")
    }
    var options = connection
    options.exporter.endpoint = collector.endpoint
    if let certificates { options.exporter.certificate = .file(certificates.authority) }
    let pipeline = try Pipeline(options, environment: environment)
    let sent = DemoTrace.spans(start: Process.wallClockNanoseconds - 1_000_000_000)
    for span in sent { pipeline.processor.onEnd(span) }
    let report = await pipeline.finishAsync()
    let received = collector.spans
    await collector.stop()
    let isIntact = Set(received) == Set(sent) && received.count == sent.count
    if !connection.json {
      TextOutput.standard.line("\(tls == nil ? "in plaintext" : "over TLS") to \(report.endpoint)\n")
      TextOutput.standard.line(Waterfall.text(received))
    }
    if !isIntact {
      TextOutput.error.line("otlp demo: the receiver has \(received.count) spans, and not those that were sent")
    }
    return Round(report: report, error: pipeline.lastError, isIntact: isIntact)
  }

  private func exportElsewhere(_ environment: [String: String]) throws(ToolError) -> ExitCode {
    let pipeline = try Pipeline(connection, environment: environment)
    let spans = DemoTrace.spans(start: Process.wallClockNanoseconds - 1_000_000_000)
    for span in spans { pipeline.processor.onEnd(span) }
    let report = pipeline.finish()
    if !connection.json {
      TextOutput.standard.line("to \(report.endpoint)\n")
      TextOutput.standard.line(Waterfall.text(spans))
    }
    return connection.conclude(report, reason: pipeline.lastError, command: "demo")
  }

  private func makeCertificates() throws(ToolError) -> TestCertificates {
    do {
      return try TestCertificates()
    } catch {
      throw ToolError(.configuration, "certificates for the demo can't be made: \(error)")
    }
  }
}
