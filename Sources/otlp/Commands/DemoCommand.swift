internal import OTLPExport
internal import OTLPGRPC
internal import OTLPTesting
internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

/// `otlp demo`.
package struct DemoCommand: ToolCommand {
  package var connection = ConnectionOptions()

  package init() {}

  package static let table = CommandTable<DemoCommand>(
    "demo", "exports a trace to a receiver of its own, in plaintext and over TLS, and shows it",
    notes: """
      With --endpoint, or OTEL_EXPORTER_OTLP_ENDPOINT set, it exports the trace there instead, and \
      starts no receiver.
      Exit code 0 if every span was delivered, 69 if not.
      """,
    options: ConnectionOptions.table.map { $0.within(\DemoCommand.connection) })

  package static var emptyResult: JSONObject { RunReport(endpoint: "").object }

  package func run() async throws(ToolError) -> ExitCode {
    let environment = Process.environment
    if isElsewhere(environment) { return try await exportElsewhere(environment) }
    let certificates = Certificates()
    StopSignal.shared.onRequest {
      certificates.remove()
      TextOutput.error.line("otlp demo: interrupted")
      Process.exit(ExitCode.loss.rawValue)
    }
    defer { certificates.remove() }
    let plain = try await round(nil, environment)
    let secure = try await round(certificates, environment)
    var report = plain.report
    report.ledger = report.ledger + secure.report.ledger
    report.elapsed += secure.report.elapsed
    report.cpuTime += secure.report.cpuTime
    report.latency.add(secure.report.latency)
    return try connection.conclude(
      report, reason: plain.error ?? secure.error, command: "demo", [plain, secure].compactMap(\.mismatch))
  }

  /// Whether the command line or the environment names a server.
  private func isElsewhere(_ environment: [String: String]) -> Bool {
    let names = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
    return !connection.endpoints.isEmpty || Environment(environment).string(names) != nil
  }

  /// Certificates with a private key in the file system, which must not stay there whatever ends the command.
  private final class Certificates: Sendable {
    private let made = Mutex<TestCertificates?>(nil)

    func make() throws(ToolError) -> TestCertificates {
      // A signal waits until they are made, and removes them.
      let result = made.withLock { made in
        Result { () throws -> TestCertificates in
          let certificates = try TestCertificates()
          made = certificates
          return certificates
        }
      }
      do {
        return try result.get()
      } catch {
        throw ToolError(.configuration, "certificates for the demo can't be made: \(error)")
      }
    }

    func remove() { made.withLock { $0?.remove() } }
  }

  private struct Round {
    var report: RunReport
    var error: String?
    /// If the receiver has other spans than were sent.
    var mismatch: Shortfall?
  }

  /// One receiver, one trace.
  private func round(_ store: Certificates?, _ environment: [String: String]) async throws(ToolError) -> Round {
    let certificates: TestCertificates? = if let store { try store.make() } else { nil }
    let collector = try await start(certificates)
    var options = connection
    options.exporter.endpoint = collector.endpoint
    if let certificates { options.exporter.certificate = .file(certificates.authority) }
    let pipeline = try Pipeline(options, environment: environment)
    // Both sides have read their files; the authority's certificate is looked at again, and is no secret.
    if let certificates { Process.unlink([certificates.privateKey, certificates.clientKey]) }
    let sent = DemoTrace.spans(start: Process.wallClockNanoseconds - 1_000_000_000)
    for span in sent { pipeline.processor.onEnd(span) }
    let report = await pipeline.finishAsync()
    let received = collector.spans
    await collector.stop()
    if !connection.json {
      let title = "\(certificates == nil ? "in plaintext" : "over TLS") to \(report.endpoint)\n\n"
      try TextOutput.standard.deliver(title + Waterfall(Terminal.standard).text(received) + "\n")
    }
    let isIntact = report.lost > 0 || (Set(received) == Set(sent) && received.count == sent.count)
    return Round(
      report: report, error: pipeline.lastError,
      mismatch: isIntact
        ? nil : Shortfall(.loss, "the receiver has \(received.count) spans, and not those that were sent"))
  }

  private func start(_ certificates: TestCertificates?) async throws(ToolError) -> LoopbackCollector {
    let tls = certificates.map { LoopbackCollector.TLS(certificate: $0.certificate, privateKey: $0.privateKey) }
    do {
      return try await LoopbackCollector(.init(port: 0, tls: tls))
    } catch {
      throw ToolError(.configuration, "the receiver can't start: \(error)")
    }
  }

  private func exportElsewhere(_ environment: [String: String]) async throws(ToolError) -> ExitCode {
    let pipeline = try Pipeline(connection, environment: environment)
    let spans = DemoTrace.spans(start: Process.wallClockNanoseconds - 1_000_000_000)
    for span in spans { pipeline.processor.onEnd(span) }
    let report = await pipeline.finishAsync()
    if !connection.json {
      try TextOutput.standard.deliver("to \(report.endpoint)\n\n\(Waterfall(Terminal.standard).text(spans))\n")
    }
    return try connection.conclude(report, reason: pipeline.lastError, command: "demo")
  }
}
