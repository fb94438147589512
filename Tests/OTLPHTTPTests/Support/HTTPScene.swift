#if HTTP
  import OTLPHTTP
  import OTLPTesting
  import Synchronization
  import TelemetryCore
  import TestSupport
  import Testing

  /// Records diagnostics.
  final class EventLog: Sendable {
    private let kept = Mutex<[DiagnosticEvent]>([])
    var events: [DiagnosticEvent] { kept.withLock { $0 } }
    var diagnostics: Diagnostics { Diagnostics { event in self.kept.withLock { $0.append(event) } } }
  }

  /// A collector on a real socket and an exporter to it.
  struct HTTPScene: Sendable {
    let collector: LoopbackCollector
    let exporter: OTLPHTTPExporter
    let log = EventLog()

    init(
      _ collector: LoopbackCollector.Configuration = .init(),
      _ configure: (inout OTLPHTTPExporter.Configuration) -> Void = { _ in }
    ) async throws {
      self.collector = try await LoopbackCollector(collector)
      var configuration = OTLPHTTPExporter.Configuration(
        endpoint: self.collector.endpoint.replacing("127.0.0.1", with: "localhost"))
      configuration.compression = .none
      configure(&configuration)
      exporter = try OTLPHTTPExporter(configuration, diagnostics: log.diagnostics)
    }

    /// Exports spans, and checks the ledger's law.
    func export(_ count: Int = 20, within limit: Duration = .seconds(20)) async -> ExportOutcome {
      let outcome = await exporter.export(SpanBatch(StandardWorkload().spans(0..<count)), deadline: .after(limit))
      #expect(outcome.exported + outcome.rejected + outcome.dropped.values.reduce(0, +) == count)
      return outcome
    }

    func end() async {
      await exporter.shutdown(deadline: .after(.seconds(2)))
      await collector.stop()
    }
  }
#endif
