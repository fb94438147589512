import otlp

extension DoctorCases {
  private static func silent(_ environment: [String: String], _ words: [String], signal: String = "traces") -> Case {
    Case(
      mistake: .nothingExported, server: .collector, arguments: plain + ["--signal", signal], environment: environment,
      code: 78, words: words)
  }

  private static func ignored(_ variable: String, _ value: String, _ words: [String], signal: String = "metrics")
    -> Case
  {
    Case(
      mistake: .variableIgnored, server: .collector, arguments: plain + ["--signal", signal],
      environment: [variable: value], code: 78, words: [variable] + words)
  }

  /// The reasons that keep a program's telemetry from being sent, by the signal that is examined.
  static let telemetry: [Case] = [
    silent(["OTEL_LOGS_EXPORTER": "none"], ["OTEL_LOGS_EXPORTER has no otlp", "no log record"], signal: "logs"),
    silent(["OTEL_METRICS_EXPORTER": "console"], ["OTEL_METRICS_EXPORTER", "no data point"], signal: "metrics"),
    silent(["OTEL_SDK_DISABLED": "true"], ["record no log record"], signal: "logs"),
    silent(
      ["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"],
      ["OTEL_TRACES_SAMPLER_ARG is 0, so programs sample no span", "above 0"]),
    silent(
      ["OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"],
      ["OTEL_TRACES_SAMPLER_ARG is 0", "others have begun"]),
    silent(
      ["OTEL_TRACES_SAMPLER": "parentbased_always_off"],
      ["OTEL_TRACES_SAMPLER is parentbased_always_off", "others have begun"]),
    Case(
      mistake: .withoutEffect, server: .collector, arguments: plain,
      environment: ["OTEL_TRACES_SAMPLER": "always_on", "OTEL_TRACES_SAMPLER_ARG": "0.1"], code: 78,
      words: ["OTEL_TRACES_SAMPLER_ARG has no effect", "always_on", "parentbased_traceidratio"]),
    ignored("OTEL_METRIC_EXPORT_INTERVAL", "soon", ["'soon'", "1 to 86400000"]),
    ignored("OTEL_METRIC_EXPORT_TIMEOUT", "late", ["'late'"]),
    ignored("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "weekly", ["'weekly'", "lowmemory"]),
    ignored(
      "OTEL_RESOURCE_ATTRIBUTES", "service.name=ra,a=b,bad", ["entry 3", "the whole list is ignored"], signal: "traces"),
  ]
}
