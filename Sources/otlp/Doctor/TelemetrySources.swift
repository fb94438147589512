internal import OTLPExport
internal import SwiftOTLP
internal import TelemetryCore
internal import TelemetrySDK

/// Makes the rows of a survey for what the environment configures beside exporter and batches.
struct TelemetrySources {
  typealias Row = ConfigurationSurvey.Row

  let setup: TelemetrySetup
  let signal: OTLPSignal
  let environment: Environment

  var rows: [Row] {
    [
      Row("sdk-disabled", "\(setup.isDisabled.value)", setup.isDisabled.source),
      Row("service-name", serviceName, setup.serviceNameSource),
      resourceAttributes,
      Row("traces-exporter", Self.names(setup.tracesExporters.value), setup.tracesExporters.source),
      Row("logs-exporter", Self.names(setup.logsExporters.value), setup.logsExporters.source),
      Row("metrics-exporter", Self.names(setup.metricsExporters.value), setup.metricsExporters.source),
      Row("sampler", sampler, setup.sampler.source),
      Row("propagators", propagators, setup.propagator.source),
      Row("log-level", setup.logLevel.value.map { "\($0)" } ?? "none", setup.logLevel.source),
    ] + limits.map { Row($0.name, $0.value, $0.source) } + unreadRows
  }

  /// The limits of the signal's items; data points have none.
  private var limits: [(name: String, value: String, source: SettingSource)] {
    switch signal {
    case .traces: setup.spanLimits.settings
    case .logs: setup.logRecordLimits.settings
    case .metrics: []
    }
  }

  /// Known variables that are set and have no effect in this version.
  private var unreadRows: [Row] {
    TelemetryVariables.withoutEffect.sorted().compactMap { variable in
      environment.string([variable]).map {
        Row(variable, variable.hasSuffix("HEADERS") ? Redaction.mark : Redaction.shown($0.value), source: "not used")
      }
    }
  }

  private var serviceName: String {
    if case .string(let name)? = setup.resource.attributes["service.name"] { Redaction.shown(name) } else { "none" }
  }

  private static func names(_ exporters: [some CustomStringConvertible]) -> String {
    exporters.isEmpty ? "none" : exporters.map(\.description).joined(separator: ",")
  }

  /// The description of a parent-based sampler names five samplers, of which four are always the same here.
  private var sampler: String {
    guard let parentBased = setup.sampler.value as? ParentBasedSampler else { return setup.sampler.value.description }
    return "ParentBased{root:\(parentBased.root)}"
  }

  private var propagators: String {
    let fields = setup.propagator.value.fields
    return fields.isEmpty ? "none" : fields.joined(separator: ",")
  }

  private var resourceAttributes: Row {
    let (name, variable) = ("resource-attributes", "OTEL_RESOURCE_ATTRIBUTES")
    guard let found = environment.string([variable]) else { return Row(name, "none", source: "default") }
    let detector = EnvironmentDetector(environment: [variable: found.value], diagnostics: .silent)
    guard !detector.detect().attributes.isEmpty else {
      return Row(name, "none: the value is ignored", source: variable)
    }
    return Row(name, Redaction.shown(found.value), source: variable)
  }
}

extension ConfigurationSurvey.Row {
  fileprivate init(_ name: String, _ value: String, _ source: SettingSource) {
    self.init(name, value, source: source.description)
  }
}
