internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore
internal import TelemetrySDK

/// The span processors of a ``Telemetry`` with their exporters.
struct SpanPipeline: Sendable {
  /// The user's processors, then those of the exporters.
  let processors: [any SpanProcessor]
  /// The processors that hold a ledger.
  let measured: [any ItemProcessor<SpanData>]
  private let otlpExporters: [OTLPGRPCExporter]

  init(processors: [any SpanProcessor], otlpExporters: [OTLPGRPCExporter] = []) {
    self.processors = processors
    self.otlpExporters = otlpExporters
    measured = processors.compactMap { $0 as? any ItemProcessor<SpanData> }
  }

  init(_ setup: TelemetrySetup) throws(OTLPError) {
    let runtime = setup.runtime
    var all: [any SpanProcessor] = []
    var otlp: [OTLPGRPCExporter] = []
    if !setup.isDisabled.value {
      all = setup.spanProcessors
      for exporter in setup.tracesExporters.value {
        switch exporter.kind {
        case .otlp:
          let exporter = try OTLPGRPCExporter(setup.otlp, runtime: runtime, diagnostics: setup.diagnostics)
          otlp.append(exporter)
          all.append(try Self.batching(exporter, setup, runtime))
        case .console:
          all.append(
            try Self.made {
              try SimpleSpanProcessor(
                exporter: ConsoleExporter(runtime: runtime), runtime: runtime, diagnostics: setup.diagnostics)
            })
        case .own(let exporter): all.append(try Self.batching(exporter, setup, runtime))
        }
      }
    }
    self.init(processors: all, otlpExporters: otlp)
  }

  var selfMetrics: SelfMetrics {
    otlpExporters.reduce(measured.reduce(SelfMetrics()) { $0 + $1.selfMetrics }) { $0 + $1.selfMetrics }
  }

  private static func batching(
    _ exporter: any SpanExporter, _ setup: TelemetrySetup, _ runtime: TelemetryRuntime
  ) throws(OTLPError) -> any SpanProcessor {
    try made {
      try BatchSpanProcessor(
        exporter: exporter, configuration: setup.batch, runtime: runtime, diagnostics: setup.diagnostics)
    }
  }

  private static func made(_ make: () throws -> any SpanProcessor) throws(OTLPError) -> any SpanProcessor {
    do {
      return try make()
    } catch let error as ConfigurationError {
      throw OTLPError(error)
    } catch {
      throw OTLPError(.system, "no thread or no descriptor for a span processor: \(error)")
    }
  }
}
