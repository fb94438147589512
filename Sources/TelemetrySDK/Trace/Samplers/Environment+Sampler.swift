extension Environment {
  private static let samplers = [
    "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off",
    "parentbased_traceidratio",
  ]

  /// The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` describe (RULES 4.3).
  /// - Returns: nil if the variable isn't set, or if its value is unknown, which a warning reports.
  package func sampler(diagnostics: Diagnostics = .standardError) -> (any Sampler)? {
    let name = value(["OTEL_TRACES_SAMPLER"], allowed: Self.samplers.joined(separator: ", ")) { name in
      Self.samplers.contains(name) ? name : nil
    }
    return switch name?.value {
    case "always_on": AlwaysOnSampler()
    case "always_off": AlwaysOffSampler()
    case "traceidratio": ratioSampler(diagnostics)
    case "parentbased_always_on": ParentBasedSampler(root: AlwaysOnSampler())
    case "parentbased_always_off": ParentBasedSampler(root: AlwaysOffSampler())
    case "parentbased_traceidratio": ParentBasedSampler(root: ratioSampler(diagnostics))
    default: nil
    }
  }

  /// The ratio is 1 if the argument is missing or can't be used.
  private func ratioSampler(_ diagnostics: Diagnostics) -> TraceIDRatioSampler {
    let ratio = value(["OTEL_TRACES_SAMPLER_ARG"], allowed: "a number from 0 to 1; 1 is used") { text in
      Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
    }
    return TraceIDRatioSampler(valid: ratio?.value ?? 1, diagnostics: diagnostics)
  }
}
