internal import OTLPExport
public import OTLPGRPC
internal import TelemetryCore
public import TelemetrySDK

/// The telemetry of a program: tracers, loggers, the collection of metrics, propagator, and everything from there to the server.
/// Thread-safe.
///
/// ```swift
/// let telemetry = try Telemetry(serviceName: "checkout")
/// let tracer = telemetry.tracer("checkout.http")
/// try await tracer.withSpan("GET /users/{id}", kind: .server) { span in … }
/// print(await telemetry.shutdown(within: .seconds(5)))  // traces: exported 1, dropped 0
/// ```
///
/// The environment's `OTEL_…` variables are read once, in the initializer; a value that code sets wins over them. Nothing is
/// global: any number of objects can exist, each with its own configuration.
///
/// End the object with ``shutdown(within:)`` or ``run()``: the report accounts for every span. An object that is released
/// without shutdown, with its tracers and spans, delivers what is queued in the background, within the shorter of the export
/// timeout and 30 s, but a program that ends meanwhile loses these spans.
///
/// Specification: configuration by environment variables, SDK (RULES 2.6, 4.10).
public final class Telemetry: Sendable {
  /// Makes the tracers, and holds the resource, the sampler and the processors.
  public let provider: TracerProvider
  /// Carries contexts to other processes and from them, also while the SDK is disabled.
  public let propagator: CompositePropagator
  /// True if `OTEL_SDK_DISABLED` or code has disabled the SDK: spans aren't recorded, and contexts are still carried on.
  public let isDisabled: Bool
  let shutdownTimeout: Duration
  /// Makes the loggers.
  public let loggerProvider: LoggerProvider
  let pipeline: TelemetryPipeline
  let runs = ForkSafe(Runs())

  /// Reads the environment, makes the exporters, and starts telemetry's threads. No connection is established before the first
  /// export.
  /// - Throws: An `OTLPError` that names the property or the variable, the value and the allowed values.
  public convenience init(_ configuration: Configuration = Configuration()) throws(OTLPError) {
    let setup = TelemetrySetup(configuration)
    try setup.validate()
    try self.init(setup, TelemetryPipeline(setup))
  }

  /// Makes telemetry with these processors in place of the setup's exporters.
  package convenience init(_ setup: TelemetrySetup, processors: [any SpanProcessor]) throws(OTLPError) {
    try setup.validate()
    try self.init(setup, TelemetryPipeline(spanProcessors: setup.isDisabled.value ? [] : processors))
  }

  private init(_ setup: TelemetrySetup, _ pipeline: TelemetryPipeline) throws(OTLPError) {
    self.pipeline = pipeline
    do throws(ConfigurationError) {
      provider = try TracerProvider(
        resource: setup.resource, sampler: setup.sampler.value, idGenerator: setup.idGenerator,
        limits: setup.spanLimits, processors: pipeline.spanProcessors, diagnostics: setup.diagnostics)
      loggerProvider = try LoggerProvider(
        resource: setup.resource, limits: setup.logRecordLimits, processors: pipeline.logRecordProcessors,
        diagnostics: setup.diagnostics, configuration: setup.loggers)
    } catch {
      throw OTLPError(error)
    }
    propagator = setup.propagator.value
    isDisabled = setup.isDisabled.value
    shutdownTimeout = setup.shutdownTimeout
    // Not this object, which the producers would keep alive.
    pipeline.exportSelfMetrics { [pipeline, loggerProvider] in pipeline.selfMetrics + loggerProvider.selfMetrics }
  }

  /// Makes telemetry with the environment's configuration and a service name, which wins over `OTEL_SERVICE_NAME`.
  /// - Throws: As ``init(_:)``.
  public convenience init(serviceName: String) throws(OTLPError) {
    try self.init(Configuration(serviceName: serviceName))
  }

  /// The entity that produces the telemetry.
  public var resource: Resource { provider.resource }

  /// The tracer of a library or module.
  /// - Parameters:
  ///   - name: The library's or module's name; an empty one works, and is reported.
  ///   - version: The version; empty for none.
  ///   - schemaURL: The schema of its spans; empty for none.
  ///   - attributes: Further attributes of the scope.
  public func tracer(
    _ name: String, version: String = "", schemaURL: String = "", attributes: Attributes = Attributes()
  ) -> TelemetryTracer {
    provider.tracer(name, version: version, schemaURL: schemaURL, attributes: attributes)
  }

  /// The logger of a library or module. To log through swift-log, see the library `TelemetryLogging`.
  /// - Parameters:
  ///   - name: The library's or module's name; an empty one works, and is reported.
  ///   - version: The version; empty for none.
  ///   - schemaURL: The schema of its records; empty for none.
  ///   - attributes: Further attributes of the scope.
  public func logger(
    _ name: String, version: String = "", schemaURL: String = "", attributes: Attributes = Attributes()
  ) -> TelemetryLogger {
    loggerProvider.logger(name, version: version, schemaURL: schemaURL, attributes: attributes)
  }

  /// The sum of the ledgers of all batch and simple processors and metric readers at this moment. With several exporters an item
  /// counts once for each.
  public var ledger: Ledger { pipeline.ledger }

  /// The metrics of the processors, readers and exporters about themselves at this moment.
  public var selfMetrics: SelfMetrics { pipeline.selfMetrics + loggerProvider.selfMetrics }

  /// Has everything that ended before the call delivered, and metrics collected, all signals at once within `limit`. After a
  /// shutdown the call returns at once.
  public func forceFlush(within limit: Duration) async -> TelemetryReport {
    await report(of: .flush, limit)
  }

  /// Ends telemetry: takes no more spans and records, collects metrics a last time, and delivers what is left, with retries, all
  /// signals at once within `limit`; what is left then counts as dropped. ``run()`` returns. A second call waits for the first.
  @discardableResult
  public func shutdown(within limit: Duration) async -> TelemetryReport {
    let report = await report(of: .shutdown, limit)
    endRuns()
    return report
  }

  /// ``forceFlush(within:)`` for synchronous code. Stops the program on a telemetry thread, which would wait for itself.
  @available(*, noasync, message: "it blocks the thread: use forceFlush(within:)")
  public func forceFlushBlocking(within limit: Duration) -> TelemetryReport { blockingReport(of: .flush, limit) }

  /// ``shutdown(within:)`` for synchronous code, `atexit` and a forked child. Stops the program on a telemetry thread, which
  /// would wait for itself.
  @available(*, noasync, message: "it blocks the thread: use shutdown(within:)")
  @discardableResult
  public func shutdownBlocking(within limit: Duration) -> TelemetryReport {
    let report = blockingReport(of: .shutdown, limit)
    endRuns()
    return report
  }

  private func report(of request: ProcessorRequest, _ limit: Duration) async -> TelemetryReport {
    // All signals begin before the first wait.
    let traces = provider.ask(request, within: limit)
    let logs = loggerProvider.ask(request, within: limit)
    let metrics = pipeline.metricReaders.ask(request, within: limit)
    return report(await traces.report, await logs.report, await metrics.report)
  }

  private func blockingReport(of request: ProcessorRequest, _ limit: Duration) -> TelemetryReport {
    // All signals begin before the first wait.
    let traces = provider.begin(request, within: limit)
    let logs = loggerProvider.begin(request, within: limit)
    let metrics = pipeline.metricReaders.begin(request, within: limit)
    return report(traces(), logs(), metrics())
  }

  private func report(_ traces: FlushReport, _ logs: FlushReport, _ metrics: FlushReport) -> TelemetryReport {
    var signals: [OTLPSignal: FlushReport] = [.traces: traces, .logs: logs]
    if !pipeline.metricReaders.isEmpty { signals[.metrics] = metrics }
    return TelemetryReport(signals)
  }
}
