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
  package let otlpProtocol: Setting<String>
  package private(set) var spanLimits: SpanLimits
  package private(set) var otlp: OTLPGRPCExporter.Configuration
  #if HTTP
    package private(set) var otlpHTTP: OTLPHTTPExporter.Configuration
  #endif
  package private(set) var batch: BatchConfiguration
  let idGenerator: any IDGenerator
  let spanProcessors: [any SpanProcessor]
  let runtime: TelemetryRuntime
  let shutdownTimeout: Duration
  private let serviceName: String?

  /// Reads the environment; what is ignored goes to the diagnostics.
  /// - Parameter appliesToExporters: False for a caller that applies the environment to the exporter and the batches itself.
  package init(_ configuration: Telemetry.Configuration, appliesToExporters: Bool = true) {
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
    #if HTTP
      otlpHTTP = configuration.otlpHTTP
    #endif
    batch = configuration.batch
    idGenerator = configuration.idGenerator
    spanProcessors = configuration.spanProcessors
    runtime = configuration.runtime
    serviceName = configuration.serviceName
    shutdownTimeout = configuration.shutdownTimeout
    spanLimits.apply(environment: variables, diagnostics: diagnostics)
    guard appliesToExporters, exportsInBatches else { return }
    if exportsOTLP {
      apply(reader.exporterVariables(otlpProtocol))
    }
    batch.apply(environment: variables, diagnostics: diagnostics)
  }

  /// Sets the values of the exporter with the chosen protocol.
  private mutating func apply(_ variables: [String: String]) {
    #if HTTP
      if !usesGRPC {
        otlpHTTP.apply(environment: variables, signal: .traces, diagnostics: diagnostics)
        otlpHTTP.httpProtocol = otlpProtocol.value == Telemetry.OTLPProtocol.httpJSON.description ? .json : .protobuf
        return
      }
    #endif
    otlp.apply(environment: variables, signal: .traces, diagnostics: diagnostics)
  }

  /// True if ``Telemetry/TracesExporter/otlp`` is gRPC's.
  package var usesGRPC: Bool { otlpProtocol.value == Telemetry.OTLPProtocol.grpc.description }

  private var exportsInBatches: Bool {
    !isDisabled.value
      && tracesExporters.value.contains { if case .console = $0.kind { false } else { true } }
  }

  /// True if spans go to standard output as text.
  package var exportsToConsole: Bool {
    !isDisabled.value
      && tracesExporters.value.contains { if case .console = $0.kind { true } else { false } }
  }

  /// The receiver of messages by `OTEL_LOG_LEVEL`.
  package static func diagnostics(environment: [String: String]) -> Diagnostics {
    var configuration = Telemetry.Configuration()
    configuration.environment = environment
    return TelemetryEnvironment.diagnostics(configuration, TelemetryEnvironment.logLevel(configuration))
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
      #if !HTTP
        if exportsOTLP, !usesGRPC {
          throw ConfigurationError(
            option: otlpProtocol.name("otlpProtocol"), value: otlpProtocol.value,
            allowed: "grpc, with the endpoint's gRPC port (4317); OTLP over HTTP needs the trait HTTP of the package "
              + "swift-otlp, traits: [\"HTTP\"], and libcurl")
        }
      #endif
    } catch {
      throw OTLPError(error)
    }
  }
}
