package import OTLPExport
package import OTLPGRPC
package import TelemetryCore
package import TelemetrySDK

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
  package let otlpProtocol: Setting<String>
  package private(set) var spanLimits: SpanLimits
  package private(set) var otlp: OTLPGRPCExporter.Configuration
  package private(set) var batch: BatchConfiguration
  package let spanProcessors: [any SpanProcessor]
  private let serviceName: String?
  private let shutdownTimeout: Duration

  /// Reads the environment; what is ignored goes to the diagnostics.
  package init(_ configuration: Telemetry.Configuration) {
    let variables = configuration.environment
    logLevel = TelemetryEnvironment.logLevel(configuration)
    diagnostics = TelemetryEnvironment.diagnostics(configuration, logLevel)
    let reader = TelemetryEnvironment(variables, diagnostics)
    reader.warnOfConfigurationFile()
    isDisabled = reader.isDisabled(configuration.isDisabled)
    (resource, serviceNameSource) = reader.resource(configuration)
    sampler = reader.sampler(configuration.sampler)
    propagator = reader.propagator(configuration.propagators)
    tracesExporters = reader.tracesExporters(configuration.tracesExporters)
    otlpProtocol = reader.otlpProtocol(configuration.otlpProtocol)
    spanLimits = configuration.spanLimits
    otlp = configuration.otlp
    batch = configuration.batch
    spanProcessors = configuration.spanProcessors
    serviceName = configuration.serviceName
    shutdownTimeout = configuration.shutdownTimeout
    spanLimits.apply(environment: variables, diagnostics: diagnostics)
    guard !isDisabled.value else { return }
    if exportsOTLP {
      otlp.apply(
        environment: reader.exporterVariables(otlpProtocol), signal: .traces, diagnostics: diagnostics)
    }
    batch.apply(environment: variables, diagnostics: diagnostics)
  }

  /// True if spans go to an OTLP server.
  package var exportsOTLP: Bool {
    !isDisabled.value
      && tracesExporters.value.contains { if case .otlp = $0.kind { true } else { false } }
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
      if exportsOTLP, otlpProtocol.value != Telemetry.OTLPProtocol.grpc.description {
        throw ConfigurationError(
          option: otlpProtocol.name("otlpProtocol"), value: otlpProtocol.value,
          allowed: "grpc, with the endpoint's gRPC port (4317); this build has no OTLP over HTTP")
      }
    } catch {
      throw OTLPError(error)
    }
  }
}
