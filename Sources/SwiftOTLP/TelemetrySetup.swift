package import OTLPExport
package import OTLPGRPC
package import TelemetryCore
package import TelemetrySDK

#if HTTP
  package import OTLPHTTP
#endif

/// The values that a ``Telemetry`` is made of, with their sources.
package struct TelemetrySetup: Sendable {
  package let isDisabled: Setting<Bool>
  /// Nil inside for no message at all; the default follows `diagnostics`.
  package let logLevel: Setting<DiagnosticEvent.Level?>
  package let diagnostics: Diagnostics
  package let resource: Resource
  package let serviceNameSource: SettingSource
  package let sampler: Setting<any Sampler>
  package let propagator: Setting<CompositePropagator>
  package let tracesExporters: Setting<[Telemetry.TracesExporter]>
  package let logsExporters: Setting<[Telemetry.LogsExporter]>
  package let metricsExporters: Setting<[Telemetry.MetricsExporter]>
  package private(set) var spanLimits: SpanLimits
  package private(set) var logRecordLimits: LogRecordLimits
  package private(set) var batch: BatchConfiguration
  package private(set) var logBatch: BatchConfiguration
  package private(set) var metricReader: PeriodicMetricReader.Configuration
  /// The reader's values for the console, which has an interval of its own.
  private(set) var consoleMetricReader: PeriodicMetricReader.Configuration
  private var otlpValues: [OTLPSignal: OTLPValues] = [:]
  let idGenerator: any IDGenerator
  let spanProcessors: [any SpanProcessor]
  let logRecordProcessors: [any LogRecordProcessor]
  let loggers: @Sendable (InstrumentationScope) -> TelemetryLogger.Configuration
  let metricProducers: [any MetricProducer]
  let exportsSelfMetrics: Bool
  let runtime: TelemetryRuntime
  let shutdownTimeout: Duration
  private let serviceName: String?

  /// Reads the environment; what is ignored goes to the diagnostics.
  /// - Parameter appliesToExporters: False for a caller that applies the environment to the exporter and the batches itself.
  package init(_ configuration: Telemetry.Configuration, appliesToExporters: Bool = true) {
    let variables = configuration.environment
    logLevel = TelemetryEnvironment.logLevel(configuration)
    diagnostics = TelemetryEnvironment.diagnostics(configuration, logLevel)
    // Several signals and limits read the same variables.
    let diagnostics = diagnostics.withoutRepetition
    let reader = TelemetryEnvironment(variables, diagnostics)
    reader.warnOfConfigurationFile()
    isDisabled = reader.isDisabled(configuration.isDisabled)
    (resource, serviceNameSource) = reader.resource(configuration)
    sampler = reader.sampler(configuration.sampler)
    propagator = reader.propagator(configuration.propagators)
    tracesExporters = reader.exporters(configuration.tracesExporters, .traces)
    logsExporters = reader.exporters(configuration.logsExporters, .logs)
    metricsExporters = reader.exporters(configuration.metricsExporters, .metrics)
    (spanLimits, logRecordLimits) = (configuration.spanLimits, configuration.logRecordLimits)
    (batch, logBatch) = (configuration.batch, configuration.logBatch)
    metricReader = configuration.metricReader
    consoleMetricReader = configuration.metricReader
    idGenerator = configuration.idGenerator
    (spanProcessors, logRecordProcessors) = (configuration.spanProcessors, configuration.logRecordProcessors)
    loggers = configuration.loggers
    metricProducers = configuration.metricProducers
    exportsSelfMetrics = configuration.exportsSelfMetrics
    runtime = configuration.runtime
    serviceName = configuration.serviceName
    shutdownTimeout = configuration.shutdownTimeout
    applyToLimits(variables, diagnostics)
    for signal in OTLPSignal.all {
      let applies = appliesToExporters && exportsOTLP(signal)
      otlpValues[signal] = OTLPValues(configuration, signal, reader, applies ? diagnostics : nil)
    }
    if appliesToExporters, !isDisabled.value { applyToProcessors(variables, diagnostics) }
  }

  private mutating func applyToLimits(_ variables: [String: String], _ diagnostics: Diagnostics) {
    spanLimits.apply(environment: variables, diagnostics: diagnostics)
    logRecordLimits.apply(environment: variables, diagnostics: diagnostics)
  }

  private mutating func applyToProcessors(_ variables: [String: String], _ diagnostics: Diagnostics) {
    if tracesExporters.value.contains(where: { !$0.isConsole }) {
      batch.apply(environment: variables, diagnostics: diagnostics)
    }
    if logsExporters.value.contains(where: { !$0.isConsole }) {
      logBatch.apply(environment: variables, diagnostics: diagnostics)
    }
    if hasMetrics, !metricsExporters.value.isEmpty { applyToReaders(variables, diagnostics) }
  }

  private mutating func applyToReaders(_ variables: [String: String], _ diagnostics: Diagnostics) {
    metricReader.apply(environment: variables, diagnostics: diagnostics)
    consoleMetricReader.useConsoleInterval()
    consoleMetricReader.apply(environment: variables, isOTLP: false, diagnostics: .silent)
  }

  /// The values for the server of a signal.
  package func otlpValues(of signal: OTLPSignal) -> OTLPValues {
    guard let values = otlpValues[signal] else { preconditionFailure("each signal has values") }
    return values
  }

  package var otlpProtocol: Setting<String> { otlpValues(of: .traces).otlpProtocol }
  package var otlp: OTLPGRPCExporter.Configuration { otlpValues(of: .traces).grpc }
  #if HTTP
    package var otlpHTTP: OTLPHTTPExporter.Configuration { otlpValues(of: .traces).http }
  #endif
  /// True if ``Telemetry/SignalExporter/otlp`` of spans is gRPC's.
  package var usesGRPC: Bool { otlpValues(of: .traces).usesGRPC }

  /// True if there is something to collect.
  package var hasMetrics: Bool { exportsSelfMetrics || !metricProducers.isEmpty }

  /// True if spans go to standard output as text.
  package var exportsToConsole: Bool { !isDisabled.value && tracesExporters.value.contains(where: \.isConsole) }

  /// True if spans go to standard output as OTLP JSON.
  package var exportsToStandardOutput: Bool {
    !isDisabled.value && tracesExporters.value.contains(where: \.isStandardOutput)
  }

  /// The receiver of messages by `OTEL_LOG_LEVEL`.
  package static func diagnostics(environment: [String: String]) -> Diagnostics {
    var configuration = Telemetry.Configuration()
    configuration.environment = environment
    return TelemetryEnvironment.diagnostics(configuration, TelemetryEnvironment.logLevel(configuration))
  }

  /// True if spans go to an OTLP server.
  package var exportsOTLP: Bool { exportsOTLP(.traces) }

  /// True if the items of a signal go to an OTLP server.
  package func exportsOTLP(_ signal: OTLPSignal) -> Bool {
    guard !isDisabled.value else { return false }
    return switch signal {
    case .traces: tracesExporters.value.contains(where: \.isOTLP)
    case .logs: logsExporters.value.contains(where: \.isOTLP)
    case .metrics: hasMetrics && metricsExporters.value.contains(where: \.isOTLP)
    }
  }

  /// Checks what the exporters and processors don't check themselves.
  package func validate() throws(OTLPError) {
    do throws(ConfigurationError) {
      if let serviceName, serviceName.isEmpty {
        throw ConfigurationError(
          option: "serviceName", value: "", allowed: "a name, or nil for OTEL_SERVICE_NAME")
      }
      guard (.zero ... .seconds(86_400)).contains(shutdownTimeout) else {
        throw ConfigurationError(option: "shutdownTimeout", value: "\(shutdownTimeout)", allowed: "0 to 1 day")
      }
      try spanLimits.validate()
      try logRecordLimits.validate()
      for signal in OTLPSignal.all where exportsOTLP(signal) { try otlpValues(of: signal).validate() }
    } catch {
      throw OTLPError(error)
    }
  }
}
