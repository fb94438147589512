internal import OTLPWire
internal import SwiftOTLP
internal import TelemetryCore
internal import TelemetrySDK

extension Finding {
  /// The reasons for which a program with this environment sends nothing of a signal, or has a variable without effect.
  static func telemetry(_ setup: TelemetrySetup, _ signal: OTLPSignal, _ variables: [String: String]) -> [Finding] {
    var findings: [Finding] = []
    let exporters = "OTEL_\(signal.variableInfix)EXPORTER"
    if setup.isDisabled.value {
      findings.append(
        .silenced("OTEL_SDK_DISABLED is true, so programs record no \(signal.itemNoun)", "unset OTEL_SDK_DISABLED"))
    } else if !setup.exportsOTLP(signal) {
      findings.append(
        .silenced(
          "\(exporters) has no otlp, so programs send no \(signal.itemNoun) to a server",
          "add otlp to \(exporters), or unset it"))
    }
    if signal == .traces { findings += sampler(setup.sampler, Environment(variables)) }
    for variable in variables.keys.sorted() {
      guard let known = MisspelledVariable.meant(by: variable) else { continue }
      findings.append(
        Finding(
          .unknownVariable, "\(Redaction.shown(variable)) is no known variable, and is ignored",
          advice: "rename it if \(known) is meant", code: .configuration))
    }
    return findings
  }

  private static func sampler(_ setting: Setting<any Sampler>, _ environment: Environment) -> [Finding] {
    let parentBased = setting.value as? ParentBasedSampler
    let root = parentBased?.root ?? setting.value
    let ratio = (root as? TraceIDRatioSampler)?.ratio
    let variable = "OTEL_TRACES_SAMPLER"
    let name = environment.string([variable])?.value.lowercased()
    var findings: [Finding] = []
    if root is AlwaysOffSampler || ratio == 0 {
      let cause = ratio == 0 ? "\(variable)_ARG is 0" : "\(variable) is \(name ?? "always_off")"
      let effect =
        parentBased == nil
        ? "programs sample no span" : "programs sample no span but those of traces that others have begun and sampled"
      let advice =
        ratio == 0
        ? "set \(variable)_ARG to the share of traces to sample, above 0 up to 1"
        : "set \(variable) to parentbased_always_on, or unset it"
      findings.append(.silenced("\(cause), so \(effect)", advice))
    }
    // Another finding names an unknown sampler.
    let isKnown = name == nil || setting.source == .environment(variable: variable)
    if ratio == nil, isKnown, environment.string(["\(variable)_ARG"]) != nil {
      let shown = name.map { Redaction.shown($0) } ?? "unset, which means parentbased_always_on"
      findings.append(
        Finding(
          .withoutEffect, "\(variable)_ARG has no effect, as \(variable) is \(shown)",
          advice: "set \(variable) to parentbased_traceidratio or traceidratio, or unset \(variable)_ARG",
          code: .configuration))
    }
    return findings
  }

  private static func silenced(_ problem: String, _ advice: String) -> Finding {
    Finding(.nothingExported, problem, advice: advice, code: .configuration)
  }
}
