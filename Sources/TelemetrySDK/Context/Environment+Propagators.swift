extension Environment {
  private static let propagators: [String: @Sendable () -> (any TextMapPropagator)?] = [
    "tracecontext": { W3CTraceContextPropagator() }, "baggage": { W3CBaggagePropagator() },
    "b3": { B3Propagator() }, "b3multi": { B3Propagator(injectsMultipleHeaders: true) },
    "jaeger": { JaegerPropagator() }, "xray": { XRayPropagator() }, "ottrace": { OTTracePropagator() }, "none": { nil },
  ]

  /// The propagators that `OTEL_PROPAGATORS` lists, each once. An unknown one is named in a warning and ignored; `none`
  /// beside others has no effect.
  /// - Returns: nil if the variable isn't set or lists no known propagator.
  package func propagators() -> CompositePropagator? {
    guard let (variable, text) = string(["OTEL_PROPAGATORS"]) else { return nil }
    var names: [String] = []
    for entry in Environment.entries(text) {
      let name = entry.lowercased()
      if Self.propagators[name] == nil {
        ignored(variable, word: entry, of: text, allowed: Self.propagators.keys.sorted().joined(separator: ", "))
      } else if !names.contains(name) {
        names.append(name)
      }
    }
    return names.isEmpty ? nil : CompositePropagator(names.compactMap { Self.propagators[$0]?() })
  }
}
