internal import OTLPExport
internal import OTLPFile
internal import TelemetryCore
internal import TelemetrySDK

/// The processors of a ``Telemetry`` with their exporters, from the end of a span, the emission of a log record and the collection of
/// metrics on.
struct TelemetryPipeline: Sendable {
  /// The user's processors, then those of the exporters.
  private(set) var spanProcessors: [any SpanProcessor] = []
  private(set) var logRecordProcessors: [any LogRecordProcessor] = []
  private(set) var metricReaders: [PeriodicMetricReader] = []
  /// The metrics of the exporters.
  private var exporterMetrics: [@Sendable () -> SelfMetrics] = []
  /// The producers of telemetry's metrics of itself, one for each reader that exports them.
  private var selfMetricsProducers: [SelfMetricsProducer] = []

  /// Processors in place of exporters.
  init(spanProcessors: [any SpanProcessor]) {
    self.spanProcessors = spanProcessors
  }

  init(_ setup: TelemetrySetup) throws(OTLPError) {
    guard !setup.isDisabled.value else { return }
    spanProcessors = setup.spanProcessors
    logRecordProcessors = setup.logRecordProcessors
    var exporters = OTLPExporters(setup)
    do {
      for exporter in setup.tracesExporters.value {
        spanProcessors.append(try Self.spanProcessor(exporter, setup, &exporters))
      }
      for exporter in setup.logsExporters.value {
        logRecordProcessors.append(try Self.logRecordProcessor(exporter, setup, &exporters))
      }
      for exporter in setup.metricsExporters.value where setup.hasMetrics {
        var producers = setup.metricProducers
        if setup.exportsSelfMetrics {
          // A producer knows the values that its reader has had, so each reader has a producer of its own.
          let own = SelfMetricsProducer()
          selfMetricsProducers.append(own)
          producers.append(own)
        }
        metricReaders.append(try Self.metricReader(exporter, producers, setup, &exporters))
      }
    } catch {
      throw Self.described(error)
    }
    exporterMetrics = exporters.selfMetrics
  }

  /// Exports the metrics of the telemetry that has this pipeline.
  func exportSelfMetrics(_ metrics: @escaping @Sendable () -> SelfMetrics) {
    for producer in selfMetricsProducers { producer.add(metrics) }
  }

  private static func described(_ error: any Error) -> OTLPError {
    switch error {
    case let error as OTLPError: error
    case let error as ConfigurationError: OTLPError(error)
    default: OTLPError(.system, "no thread or no descriptor for telemetry: \(error)")
    }
  }

  /// The processors that hold a ledger.
  private var measured: [(ledger: Ledger, metrics: SelfMetrics)] {
    spanProcessors.compactMap { $0 as? any ItemProcessor }.map { ($0.ledger, $0.selfMetrics) }
      + logRecordProcessors.compactMap { $0 as? any ItemProcessor }.map { ($0.ledger, $0.selfMetrics) }
      + metricReaders.map { ($0.ledger, $0.selfMetrics) }
  }

  var ledger: Ledger { measured.reduce(Ledger()) { $0 + $1.ledger } }

  var selfMetrics: SelfMetrics {
    exporterMetrics.reduce(measured.reduce(SelfMetrics()) { $0 + $1.metrics }) { $0 + $1() }
  }
}

// MARK: Making

extension TelemetryPipeline {
  private static func spanProcessor(
    _ exporter: Telemetry.TracesExporter, _ setup: TelemetrySetup, _ exporters: inout OTLPExporters
  ) throws -> any SpanProcessor {
    func batching(_ exporter: any SpanExporter) throws -> any SpanProcessor {
      try BatchSpanProcessor(
        exporter: exporter, configuration: setup.batch, runtime: setup.runtime, diagnostics: setup.diagnostics)
    }
    switch exporter.kind {
    case .otlp: return try batching(exporters.exporter(of: SpanData.self))
    case .file(let file): return try batching(exporters.writing(file, "tracesExporters", SpanData.self))
    case .own(let exporter): return try batching(exporter)
    case .console:
      return try SimpleSpanProcessor(
        exporter: ConsoleExporter(runtime: setup.runtime), runtime: setup.runtime, diagnostics: setup.diagnostics)
    }
  }

  private static func logRecordProcessor(
    _ exporter: Telemetry.LogsExporter, _ setup: TelemetrySetup, _ exporters: inout OTLPExporters
  ) throws -> any LogRecordProcessor {
    func batching(_ exporter: any LogRecordExporter) throws -> any LogRecordProcessor {
      try BatchLogRecordProcessor(
        exporter: exporter, configuration: setup.logBatch, runtime: setup.runtime, diagnostics: setup.diagnostics)
    }
    switch exporter.kind {
    case .otlp: return try batching(exporters.exporter(of: LogRecord.self))
    case .file(let file): return try batching(exporters.writing(file, "logsExporters", LogRecord.self))
    case .own(let exporter): return try batching(exporter)
    case .console:
      return try SimpleLogRecordProcessor(
        exporter: ConsoleExporter<LogRecord>(runtime: setup.runtime), runtime: setup.runtime,
        diagnostics: setup.diagnostics)
    }
  }

  private static func metricReader(
    _ exporter: Telemetry.MetricsExporter, _ producers: [any MetricProducer], _ setup: TelemetrySetup,
    _ exporters: inout OTLPExporters
  ) throws -> PeriodicMetricReader {
    func reading(
      _ exporter: any MetricExporter, _ configuration: PeriodicMetricReader.Configuration
    ) throws -> PeriodicMetricReader {
      try PeriodicMetricReader(
        exporter: exporter, producers: producers, resource: setup.resource, configuration: configuration,
        runtime: setup.runtime, diagnostics: setup.diagnostics)
    }
    switch exporter.kind {
    case .otlp: return try reading(exporters.exporter(of: Metric.self), setup.metricReader)
    case .file(let file):
      return try reading(exporters.writing(file, "metricsExporters", Metric.self), setup.metricReader)
    case .own(let exporter): return try reading(exporter, setup.metricReader)
    case .console:
      return try reading(ConsoleExporter<Metric>(runtime: setup.runtime), setup.consoleMetricReader)
    }
  }
}
