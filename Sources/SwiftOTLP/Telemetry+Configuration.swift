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

    /// Where the spans go; an empty list for nowhere. Nil, the default: `OTEL_TRACES_EXPORTER` (`otlp`, `console`, `none`; several
    /// with commas), else ``TracesExporter/otlp``.
    public var tracesExporters: [TracesExporter]?

    /// The protocol of ``TracesExporter/otlp``. Nil, the default: `OTEL_EXPORTER_OTLP_[TRACES_]PROTOCOL`, else `grpc`. A protocol
    /// that this build lacks is an error, since its port speaks another one.
    public var otlpProtocol: OTLPProtocol?

    /// The server and the manner of sending of ``TracesExporter/otlp``. Each value that code doesn't set:
    /// `OTEL_EXPORTER_OTLP_…`, else the default.
    public var otlp = OTLPGRPCExporter.Configuration()

    #if HTTP
      /// The same for the protocols over HTTP, with a default endpoint of their own.
      public var otlpHTTP = OTLPHTTPExporter.Configuration()
    #endif

    /// The batches of ``TracesExporter/otlp`` and of exporters of your own. Each value that code doesn't set: `OTEL_BSP_…`, else
    /// the default.
    public var batch = BatchConfiguration()

    /// Further processors. They see each span before the exporters do, in this order, so they may change it. Default none. They are
    /// flushed and shut down with the others.
    public var spanProcessors: [any SpanProcessor] = []

    /// The least severe of telemetry's messages about itself that are passed to ``diagnostics``. Nil, the default:
    /// `OTEL_LOG_LEVEL` (`debug`, `info`, `warn`, `error` or `none`), else what ``diagnostics`` takes.
    public var logLevel: DiagnosticEvent.Level?

    /// Receives telemetry's messages about itself. Nil, the default: standard error, with warnings and errors unless
    /// ``logLevel`` or `OTEL_LOG_LEVEL` says otherwise.
    public var diagnostics: Diagnostics?

    /// How long ``Telemetry/run()`` delivers what is left after its cancellation; 0 to 1 day, default 10 s; no variable.
    public var shutdownTimeout = Duration.seconds(10)

    /// The threads that telemetry runs on. Default: those that all objects share.
    public var runtime = TelemetryRuntime.shared

    /// The environment's configuration.
    public init() {}

    /// The environment's configuration with a service name.
    public init(serviceName: String) { self.serviceName = serviceName }
  }
}
