internal import OTLPExport
internal import SwiftOTLP
internal import TelemetryCore
internal import TelemetrySDK

/// Makes the rows of a survey for what the environment configures beside exporter and batches.
struct TelemetrySources {
  typealias Row = ConfigurationSurvey.Row

  let setup: TelemetrySetup
  let environment: Environment

  var rows: [Row] {
    [
      Row("sdk-disabled", "\(setup.isDisabled.value)", setup.isDisabled.source),
      Row("service-name", serviceName, setup.serviceNameSource),
      textRow("resource-attributes", "OTEL_RESOURCE_ATTRIBUTES"),
      Row("traces-exporter", Self.names(setup.tracesExporters.value), setup.tracesExporters.source),
      Row("logs-exporter", Self.names(setup.logsExporters.value), setup.logsExporters.source),
      Row("metrics-exporter", Self.names(setup.metricsExporters.value), setup.metricsExporters.source),
      Row("sampler", sampler, setup.sampler.source),
      Row("propagators", propagators, setup.propagator.source),
      Row("log-level", setup.logLevel.value.map { "\($0)" } ?? "none", setup.logLevel.source),
    ] + setup.spanLimits.settings.map { Row($0.name, $0.value, $0.source) } + unreadRows
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

  private func textRow(_ name: String, _ variable: String) -> Row {
    guard let found = environment.string([variable]) else { return Row(name, "none", source: "default") }
    return Row(name, Redaction.shown(found.value), source: found.variable)
  }
}

extension ConfigurationSurvey.Row {
  fileprivate init(_ name: String, _ value: String, _ source: SettingSource) {
    self.init(name, value, source: source.description)
  }
}

extension Finding {
  /// The reasons for which a program with this environment sends no span, or has a variable that isn't known.
  static func telemetry(_ setup: TelemetrySetup, _ variables: [String: String]) -> [Finding] {
    var findings: [Finding] = []
    if setup.isDisabled.value {
      findings.append(.silenced("OTEL_SDK_DISABLED is true, so programs record no span", "unset OTEL_SDK_DISABLED"))
    } else if !setup.exportsOTLP {
      findings.append(
        .silenced(
          "OTEL_TRACES_EXPORTER has no otlp, so programs send no span to a server",
          "add otlp to OTEL_TRACES_EXPORTER, or unset it"))
    }
    if setup.sampler.value is AlwaysOffSampler {
      findings.append(
        .silenced(
          "OTEL_TRACES_SAMPLER is always_off, so programs sample no span",
          "set OTEL_TRACES_SAMPLER to parentbased_always_on, or unset it"))
    }
    for variable in variables.keys.sorted() {
      guard let known = MisspelledVariable.meant(by: variable) else { continue }
      findings.append(
        Finding(
          .unknownVariable, "\(Redaction.shown(variable)) is no known variable, and is ignored",
          advice: "rename it if \(known) is meant", code: .configuration))
    }
    return findings
  }

  private static func silenced(_ problem: String, _ advice: String) -> Finding {
    Finding(.nothingExported, problem, advice: advice, code: .configuration)
  }
}
