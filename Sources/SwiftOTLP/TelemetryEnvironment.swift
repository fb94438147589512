internal import OTLPExport
internal import TelemetryCore
internal import TelemetrySDK

/// Chooses between the values of code and of the environment for what ``Telemetry`` itself configures (RULES 2.6, 4.10).
/// Exporters, batches and limits read their own variables.
struct TelemetryEnvironment {
  private static let levels: [String: DiagnosticEvent.Level] = [
    "trace": .debug, "debug": .debug, "info": .info, "warn": .warning, "warning": .warning, "error": .error,
    "fatal": .error,
  ]
  private static let exporterNames = "otlp, console, otlp/stdout or none"

  private let variables: [String: String]
  private let environment: Environment
  private let diagnostics: Diagnostics

  init(_ variables: [String: String], _ diagnostics: Diagnostics) {
    self.variables = variables
    self.diagnostics = diagnostics
    environment = Environment(variables, diagnostics: diagnostics)
  }

  // MARK: Diagnostics

  /// The level of `OTEL_LOG_LEVEL`, by the names of the declarative configuration; nil for `none` (RULES D23).
  static func logLevel(_ configuration: Telemetry.Configuration) -> Setting<DiagnosticEvent.Level?> {
    var setting = Setting<DiagnosticEvent.Level?>(.warning)
    if let level = configuration.logLevel { setting.set(level) }
    guard !setting.isFromCode else { return setting }
    let environment = Environment(
      configuration.environment, diagnostics: configuration.diagnostics ?? .standardError)
    let found = environment.value(["OTEL_LOG_LEVEL"], allowed: "debug, info, warn, error or none") { name in
      ["none", "off"].contains(name) ? .some(nil) : levels[name].map(Optional.some)
    }
    if let found { setting.fill(found.value, from: found.variable) }
    return setting
  }

  static func diagnostics(
    _ configuration: Telemetry.Configuration, _ level: Setting<DiagnosticEvent.Level?>
  ) -> Diagnostics {
    if level.source == .standard { return configuration.diagnostics ?? .standardError }
    guard let level = level.value else { return .silent }
    return configuration.diagnostics?.limited(to: level) ?? .standardError(minimumLevel: level)
  }

  // MARK: Values

  func isDisabled(_ code: Bool?) -> Setting<Bool> {
    setting(code, default: false) { environment.boolean(["OTEL_SDK_DISABLED"]) }
  }

  func resource(_ configuration: Telemetry.Configuration) -> (Resource, serviceNameSource: SettingSource) {
    var code = configuration.resource
    if let name = configuration.serviceName {
      code = code.merging(Resource(["service.name": .string(name)]), diagnostics: diagnostics)
    }
    let detectors = configuration.detectors ?? Resource.standardDetectors(environment: variables)
    let resource = Resource.detected(
      environment: variables, detectors: detectors, resource: code, diagnostics: diagnostics)
    let source: SettingSource =
      if code.attributes["service.name"] != nil {
        .code
      } else if environment.string(["OTEL_SERVICE_NAME"]) != nil {
        .environment(variable: "OTEL_SERVICE_NAME")
      } else if EnvironmentDetector(environment: variables, diagnostics: .silent).detect().attributes["service.name"]
        != nil
      {
        .environment(variable: "OTEL_RESOURCE_ATTRIBUTES")
      } else { .standard }
    return (resource, source)
  }

  func sampler(_ code: (any Sampler)?) -> Setting<any Sampler> {
    setting(code, default: ParentBasedSampler(root: AlwaysOnSampler())) {
      environment.sampler(diagnostics: diagnostics).map { ("OTEL_TRACES_SAMPLER", $0) }
    }
  }

  func propagator(_ code: [any TextMapPropagator]?) -> Setting<CompositePropagator> {
    setting(code.map { CompositePropagator($0) }, default: .standard) {
      environment.propagators().map { ("OTEL_PROPAGATORS", $0) }
    }
  }

  func otlpProtocol(_ code: Telemetry.OTLPProtocol?, _ signal: OTLPSignal) -> Setting<String> {
    setting(code?.description, default: Telemetry.OTLPProtocol.grpc.description) {
      environment.value(
        signal.exporterVariables("PROTOCOL"), allowed: Telemetry.OTLPProtocol.names.joined(separator: ", ")
      ) { Telemetry.OTLPProtocol.names.contains($0) ? $0 : nil }
    }
  }

  /// The variables for the exporter, which would warn of a protocol that has been read here. It does so if code has chosen the
  /// protocol.
  func exporterVariables(_ chosen: Setting<String>, _ signal: OTLPSignal) -> [String: String] {
    let read = signal.exporterVariables("PROTOCOL")
    return chosen.isFromCode ? variables : variables.filter { !read.contains($0.key) }
  }

  /// True if a variable of the exporter is for this signal only.
  func hasOwnExporterVariables(_ signal: OTLPSignal) -> Bool {
    TelemetryVariables.exporter(signal.variableInfix).contains { environment.string([$0]) != nil }
  }

  /// An exporter that is unknown is named in a warning and ignored; `none` beside others has no effect (RULES D24).
  func exporters<Item>(
    _ code: [Telemetry.SignalExporter<Item>]?, _ signal: OTLPSignal
  ) -> Setting<[Telemetry.SignalExporter<Item>]> {
    setting(code, default: [.otlp]) {
      guard let (variable, text) = environment.string(["OTEL_\(signal.variableInfix)EXPORTER"]) else { return nil }
      var names: [String] = []
      for entry in Environment.entries(text) {
        let name = entry.lowercased()
        if name == "none" || Telemetry.SignalExporter<Item>.named(name) != nil {
          if !names.contains(name) { names.append(name) }
        } else {
          environment.ignored(variable, word: entry, of: text, allowed: Self.exporterNames)
        }
      }
      return names.isEmpty ? nil : (variable, names.compactMap { .named($0) })
    }
  }

  /// A declarative configuration would replace all variables (RULES 2.6.8), so a user must know that it has no effect.
  func warnOfConfigurationFile() {
    for (variable, path) in environment.strings(["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"]) {
      environment.ignored(variable, path, allowed: "unset; declarative configuration isn't built")
    }
  }

  /// The value of code, else of the environment, which isn't read if code has a value.
  private func setting<Value: Sendable>(
    _ code: Value?, default standard: Value, _ read: () -> Environment.Found<Value>?
  ) -> Setting<Value> {
    var setting = Setting(standard)
    if let code {
      setting.set(code)
    } else if let found = read() {
      setting.fill(found.value, from: found.variable)
    }
    return setting
  }
}
