import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct EnvironmentSamplerTests {
  private func sampler(_ name: String?, _ argument: String? = nil, _ warnings: CollectedWarnings = .init()) -> String? {
    var variables: [String: String] = [:]
    variables["OTEL_TRACES_SAMPLER"] = name
    variables["OTEL_TRACES_SAMPLER_ARG"] = argument
    return Environment(variables, diagnostics: warnings.diagnostics).sampler().map { "\($0)" }
  }

  @Test func eachNameIsASampler() throws {
    #expect(sampler("always_on") == "AlwaysOnSampler" && sampler("always_off") == "AlwaysOffSampler")
    #expect(sampler("ALWAYS_ON", "0.5") == "AlwaysOnSampler")
    #expect(sampler("traceidratio", "0.25") == "TraceIdRatioBased{0.250000}")
    let roots = [
      "parentbased_always_on": "AlwaysOnSampler", "parentbased_always_off": "AlwaysOffSampler",
      " parentbased_traceidratio ": "TraceIdRatioBased{0.010000}",
    ]
    for (name, root) in roots { #expect(sampler(name, "0.01")?.hasPrefix("ParentBased{root:\(root),") == true) }
  }

  @Test func withoutTheVariableThereIsNone() {
    let warnings = CollectedWarnings()
    #expect(sampler(nil, "0.5", warnings) == nil && sampler("", nil, warnings) == nil && warnings.count == 0)
  }

  @Test(arguments: ["jaeger_remote", "parentbased_jaeger_remote", "xray", "sometimes"])
  func anUnknownNameIsIgnoredWithAWarning(name: String) {
    let warnings = CollectedWarnings()
    #expect(sampler(name, nil, warnings) == nil && warnings.count == 1 && warnings.lines[0].contains(name))
  }

  @Test("an unusable argument is ignored with a warning", arguments: ["-0.1", "1.5", "half", "nan"])
  func argument(text: String) {
    let warnings = CollectedWarnings()
    #expect(sampler("traceidratio", text, warnings) == "TraceIdRatioBased{1.000000}")
    #expect(warnings.count == 1 && warnings.lines[0].contains("OTEL_TRACES_SAMPLER_ARG"))
    #expect(sampler("traceidratio") == "TraceIdRatioBased{1.000000}")
  }
}
