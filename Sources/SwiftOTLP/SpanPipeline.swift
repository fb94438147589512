internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore
internal import TelemetrySDK

#if HTTP
  internal import OTLPHTTP
#endif

/// The span processors of a ``Telemetry`` with their exporters.
struct SpanPipeline: Sendable {
  /// The user's processors, then those of the exporters.
  let processors: [any SpanProcessor]
  /// The processors that hold a ledger.
  let measured: [any ItemProcessor<SpanData>]
  /// The metrics of each OTLP exporter.
  private let exporterMetrics: [@Sendable () -> SelfMetrics]

  init(processors: [any SpanProcessor], exporterMetrics: [@Sendable () -> SelfMetrics] = []) {
    self.processors = processors
    self.exporterMetrics = exporterMetrics
    measured = processors.compactMap { $0 as? any ItemProcessor<SpanData> }
  }

  init(_ setup: TelemetrySetup) throws(OTLPError) {
    let runtime = setup.runtime
    var all: [any SpanProcessor] = []
    var metrics: [@Sendable () -> SelfMetrics] = []
    if !setup.isDisabled.value {
      all = setup.spanProcessors
      for exporter in setup.tracesExporters.value {
        switch exporter.kind {
        case .otlp:
          let (exporter, selfMetrics) = try Self.otlp(setup, runtime)
          metrics.append(selfMetrics)
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
    self.init(processors: all, exporterMetrics: metrics)
  }

  var selfMetrics: SelfMetrics {
    exporterMetrics.reduce(measured.reduce(SelfMetrics()) { $0 + $1.selfMetrics }) { $0 + $1() }
  }

  /// The exporter with the chosen protocol, and its metrics.
  private static func otlp(
    _ setup: TelemetrySetup, _ runtime: TelemetryRuntime
  ) throws(OTLPError) -> (any SpanExporter, @Sendable () -> SelfMetrics) {
    #if HTTP
      if !setup.usesGRPC {
        let exporter = try OTLPHTTPExporter(setup.otlpHTTP, runtime: runtime, diagnostics: setup.diagnostics)
        return (exporter, { exporter.selfMetrics })
      }
    #endif
    let exporter = try OTLPGRPCExporter(setup.otlp, runtime: runtime, diagnostics: setup.diagnostics)
    return (exporter, { exporter.selfMetrics })
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
