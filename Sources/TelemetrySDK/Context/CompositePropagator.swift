/// Several propagators in order: each injects, and each extracts into the context that the propagator before has found.
public struct CompositePropagator: TextMapPropagator {
  /// The propagators in order; without any nothing is carried.
  public let propagators: [any TextMapPropagator]

  /// Makes a propagator of others.
  public init(_ propagators: [any TextMapPropagator]) { self.propagators = propagators }

  /// W3C trace context and baggage: the default of `OTEL_PROPAGATORS`.
  public static let standard = CompositePropagator([W3CTraceContextPropagator(), W3CBaggagePropagator()])

  /// The fields of all propagators, each once.
  public var fields: [String] {
    propagators.flatMap(\.fields).reduce(into: []) { fields, field in
      if !fields.contains(field) { fields.append(field) }
    }
  }

  /// Lets each propagator inject.
  public func inject<Setter: TextMapSetter>(
    _ context: TraceContext, into carrier: inout Setter.Carrier, using setter: Setter
  ) {
    for propagator in propagators { propagator.inject(context, into: &carrier, using: setter) }
  }

  /// Lets each propagator extract; a later propagator wins where two find the same part of the context.
  public func extract<Getter: TextMapGetter>(
    from carrier: Getter.Carrier, into context: TraceContext, using getter: Getter
  ) -> TraceContext {
    propagators.reduce(context) { $1.extract(from: carrier, into: $0, using: getter) }
  }
}
