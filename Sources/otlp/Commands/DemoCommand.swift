internal import OTLPExport
internal import OTLPGRPC
internal import OTLPTesting
internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

/// `otlp demo`.
package struct DemoCommand: ToolCommand {
  package var export = ExportOptions()

  package init() {}

  package static let table = CommandTable<DemoCommand>(
    "demo", "exports a trace in plaintext and over TLS to a receiver that it starts, and shows the trace",
    notes: """
      With --endpoint or OTEL_EXPORTER_OTLP_ENDPOINT it exports the trace to that endpoint and starts no receiver.
      Exit code 0 if every span was delivered, 69 if not.
      """,
    options: ExportOptions.table(within: \.export))

  package func run() async throws(ToolError) -> ExitCode {
    let environment = Process.environment
    if hasEndpoint(environment) { return try await exportToEndpoint(environment) }
    let certificates = Certificates()
    StopSignal.shared.onRequest {
      certificates.remove()
      TextOutput.error.line("otlp demo: interrupted")
      Process.exit(ExitCode.loss.rawValue)
    }
    defer { certificates.remove() }
    let plaintext = try await round(nil, environment)
    let tls = try await round(certificates, environment)
    var report = plaintext.report
    report.ledger = report.ledger + tls.report.ledger
    report.elapsed += tls.report.elapsed
    report.cpuTime += tls.report.cpuTime
    report.latency.add(tls.report.latency)
    return try export.conclude(
      report, reason: plaintext.error ?? tls.error, command: "demo", [plaintext, tls].compactMap(\.mismatch))
  }

  private func hasEndpoint(_ environment: [String: String]) -> Bool {
    let names = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
    return export.given.contains("endpoint") || Environment(environment).string(names) != nil
  }

  /// Test certificates on disk, with a private key that must not outlive the command.
  private final class Certificates: Sendable {
    private let made = Mutex<TestCertificates?>(nil)

    func make() throws(ToolError) -> TestCertificates {
      // The lock makes a signal wait until the certificates can be removed.
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
    /// Set if the receiver has other spans than the command sent.
    var mismatch: Shortfall?
  }

  /// Exports a trace to a receiver.
  private func round(_ store: Certificates?, _ environment: [String: String]) async throws(ToolError) -> Round {
    let certificates: TestCertificates? = if let store { try store.make() } else { nil }
    let collector = try await start(certificates)
    var options = export
    options.exporter.endpoint = collector.endpoint
    options.exporterProtocol = options.exporterProtocol ?? Self.exporterProtocol(options, environment)
    if let certificates { options.exporter.certificate = .file(certificates.authority) }
    let run = try SpanRun(options, environment: environment)
    // Client and server have read the keys. The client reads the authority's certificate again, so that file stays.
    if let certificates { Process.unlink([certificates.privateKey, certificates.clientKey]) }
    let (sent, report) = try await exportTrace(run)
    let received = collector.spans
    await collector.stop()
    try show(received, "\(certificates == nil ? "in plaintext" : "over TLS") to \(report.endpoint)")
    let isIntact = report.lost > 0 || (Set(received) == Set(sent) && received.count == sent.count)
    return Round(
      report: report, error: run.lastError,
      mismatch: isIntact
        ? nil : Shortfall(.loss, "the receiver has \(received.count) spans, which differ from the sent ones"))
  }

  /// A variable's protocol that this build lacks doesn't keep the demo from its own receiver.
  private static func exporterProtocol(_ options: ExportOptions, _ environment: [String: String]) -> OTLPTransport {
    #if HTTP
      options.transport(environment: environment).value
    #else
      .grpc
    #endif
  }

  private func start(_ certificates: TestCertificates?) async throws(ToolError) -> LoopbackCollector {
    let tls = certificates.map { LoopbackCollector.TLS(certificate: $0.certificate, privateKey: $0.privateKey) }
    do {
      return try await LoopbackCollector(.init(port: 0, tls: tls))
    } catch {
      throw ToolError(.configuration, "the receiver can't start: \(error)")
    }
  }

  private func exportToEndpoint(_ environment: [String: String]) async throws(ToolError) -> ExitCode {
    let run = try SpanRun(export, environment: environment)
    let (spans, report) = try await exportTrace(run)
    try show(spans, "to \(report.endpoint)")
    return try export.conclude(report, reason: run.lastError, command: "demo")
  }

  private func exportTrace(_ run: SpanRun) async throws(ToolError) -> (spans: [SpanData], report: RunReport) {
    let spans: [SpanData]
    do throws(ConfigurationError) {
      spans = try DemoTrace.record(start: Process.wallClockNanoseconds - 1_000_000_000, in: run.processor)
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
    return (spans, await run.finish(since: .system))
  }

  private func show(_ spans: [SpanData], _ title: String) throws(ToolError) {
    guard !export.json else { return }
    try TextOutput.standard.deliver("\(title)\n\n\(Waterfall(Terminal.standard).text(spans))\n")
  }
}
