public import OTLPGRPC
public import TelemetryCore
public import TelemetrySDK

#if HTTP
  public import OTLPHTTP
#endif

extension Telemetry {
  /// The configuration of ``Telemetry``. Each value comes from code, else from the environment, else it is the default.
  ///
  /// The environment's values are checked by the specification's rules: a value that isn't allowed is named in a warning and
  /// ignored, but an endpoint, a certificate, a key or a protocol that can't be used is an error (RULES 2.6).
  public struct Configuration: Sendable {
    /// The environment's variables; default those of this process at the initialization of this value. Empty: no variable
    /// counts.
    public var environment: [String: String] = Environment.process

    /// True for an SDK that does nothing: no span is recorded, no exporter is made, and contexts are still carried on. Nil, the
    /// default: `OTEL_SDK_DISABLED`, else false.
    public var isDisabled: Bool?

    /// The name of the service, the resource's `service.name`. Nil, the default: that of ``resource``, else
    /// `OTEL_SERVICE_NAME`, else that in `OTEL_RESOURCE_ATTRIBUTES`, else `unknown_service:` with the executable's name
    /// (RULES 4.9).
    public var serviceName: String?

    /// Attributes of the resource. They win over `OTEL_RESOURCE_ATTRIBUTES`, and these over the ``detectors``. Default none.
    public var resource = Resource.empty

    /// The detectors of the resource, in order; a later one wins. Nil, the default: all of this package, see
    /// `Resource.standardDetectors(environment:)`.
    public var detectors: [any ResourceDetector]?

    /// Decides which spans are recorded. Nil, the default: `OTEL_TRACES_SAMPLER` with `OTEL_TRACES_SAMPLER_ARG`, else as the
    /// parent and all roots (`parentbased_always_on`; RULES 4.3).
    public var sampler: (any Sampler)?

    /// Makes trace and span ids. Default: random ones; no variable.
    public var idGenerator: any IDGenerator = RandomIDGenerator()

    /// The most that a span holds. Each limit that code doesn't set: `OTEL_SPAN_…_LIMIT`, `OTEL_ATTRIBUTE_…_LIMIT`, else the
    /// default (RULES 4.5).
    public var spanLimits = SpanLimits()

    /// The propagators, in order; an empty list carries nothing. Nil, the default: `OTEL_PROPAGATORS`, else W3C trace context and
    /// baggage (RULES 4.11).
    public var propagators: [any TextMapPropagator]?

    /// Where the spans go; an empty list for nowhere. Nil, the default: `OTEL_TRACES_EXPORTER` (`otlp`, `console`, `otlp/stdout`,
    /// `none`; several with commas), else ``SignalExporter/otlp``.
    public var tracesExporters: [TracesExporter]?

    /// Where the log records go; `OTEL_LOGS_EXPORTER`, else as ``tracesExporters``. No connection is made for a signal that has no
    /// items.
    public var logsExporters: [LogsExporter]?

    /// Where the metrics go; `OTEL_METRICS_EXPORTER`, else as ``tracesExporters``. Only if there is something to collect:
    /// ``metricProducers`` or ``exportsSelfMetrics``.
    public var metricsExporters: [MetricsExporter]?

    /// The protocol of ``SignalExporter/otlp`` for all signals. Nil, the default: `OTEL_EXPORTER_OTLP_[TRACES_]PROTOCOL` (or `LOGS_`,
    /// `METRICS_`), else `grpc`. A protocol that this build lacks is an error, since its port speaks another one.
    public var otlpProtocol: OTLPProtocol?

    /// The server and the manner of sending of ``SignalExporter/otlp``, which all signals share with its connections. Each value that
    /// code doesn't set: `OTEL_EXPORTER_OTLP_…`, else the default. A signal for which the environment has variables of its own
    /// (`OTEL_EXPORTER_OTLP_LOGS_…`) gets connections of its own.
    public var otlp = OTLPGRPCExporter.Configuration()

    #if HTTP
      /// The same for the protocols over HTTP, with a default endpoint of their own.
      public var otlpHTTP = OTLPHTTPExporter.Configuration()
    #endif

    /// The batches of spans, for all exporters but the console. Each value that code doesn't set: `OTEL_BSP_…`, else the default.
    public var batch = BatchConfiguration()

    /// The batches of log records, likewise: `OTEL_BLRP_…`, else the default, with a `scheduleDelay` of 1 s (RULES 4.14.1).
    public var logBatch = BatchConfiguration(signal: .logs)

    /// Further processors. They see each span before the exporters do, in this order, so they may change it. Default none. They are
    /// flushed and shut down with the others.
    public var spanProcessors: [any SpanProcessor] = []

    /// The most that a log record's attributes hold. Each limit that code doesn't set: `OTEL_LOGRECORD_ATTRIBUTE_…_LIMIT`,
    /// `OTEL_ATTRIBUTE_…_LIMIT`, else the default.
    public var logRecordLimits = LogRecordLimits()

    /// Further processors of log records; as ``spanProcessors``.
    public var logRecordProcessors: [any LogRecordProcessor] = []

    /// Decides which records the logger of a scope takes; called when the logger is made. Default: all.
    public var loggers: @Sendable (InstrumentationScope) -> TelemetryLogger.Configuration = { _ in .init() }

    /// Sources of metrics, which the reader of each exporter collects from. Default none. With several ``metricsExporters`` a producer
    /// is asked by each reader; one that remembers what it has given, as for deltas, is for a single exporter.
    public var metricProducers: [any MetricProducer] = []

    /// True to export telemetry's metrics of itself (``Telemetry/selfMetrics``) too. Default false, since the conventions for
    /// them aren't stable (RULES 4.13); no variable.
    public var exportsSelfMetrics = false

    /// When metrics are collected. Each value that code doesn't set: `OTEL_METRIC_EXPORT_INTERVAL`, `OTEL_METRIC_EXPORT_TIMEOUT`
    /// and `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`, else the default; the console's interval is 10 s (RULES 3.5.3).
    public var metricReader = PeriodicMetricReader.Configuration()

    /// The least severe of telemetry's messages about itself that are passed to ``diagnostics``. Nil, the default:
    /// `OTEL_LOG_LEVEL` (`debug`, `info`, `warn`, `error` or `none`), else what ``diagnostics`` takes.
    public var logLevel: DiagnosticEvent.Level?

    /// Receives telemetry's messages about itself. Nil, the default: standard error, with warnings and errors unless
    /// ``logLevel`` or `OTEL_LOG_LEVEL` says otherwise.
    public var diagnostics: Diagnostics?

    /// The time in which ``Telemetry/run()`` delivers the rest after its cancellation; 0 to 1 day, default 10 s; no variable.
    public var shutdownTimeout = Duration.seconds(10)

    /// The threads that telemetry runs on. Default: those that all objects share.
    public var runtime = TelemetryRuntime.shared

    /// The environment's configuration.
    public init() {}

    /// The environment's configuration with a service name.
    public init(serviceName: String) { self.serviceName = serviceName }
  }
}
