#if DistributedTracing
  internal import TelemetryCore
  internal import TelemetrySDK
  internal import Tracing

  /// The value that a service context holds for this package: a single reference, so that no allocation wraps it.
  class CarriedTrace: @unchecked Sendable {
    // SAFETY (Sendable): nothing changes here; a subclass guards what changes in it.
    enum Key: ServiceContextKey {
      typealias Value = CarriedTrace
      static var nameOverride: String? { "swift-otlp" }
    }

    /// The context for spans that start in the service context.
    let trace: TraceContext
    /// The context that was bound to the task when this value was made. While that one is bound, this value is the inner one.
    let ambient: TraceContext

    init(_ trace: TraceContext, ambient: TraceContext = .bound) {
      self.trace = trace
      self.ambient = ambient
    }

    /// The value of a service context.
    static func value(of context: ServiceContext?) -> CarriedTrace? { context?[Key.self] }

    /// The context in which a span starts, if its caller passed `context` (by default the current one).
    ///
    /// A program may use both APIs. The inner of the two contexts is the parent: a context that our API bound within the span of
    /// `context` wins, but a service context that isn't the current one was chosen by the caller.
    static func parent(in context: ServiceContext, bound: TraceContext = .bound) -> TraceContext {
      let carried = value(of: context)
      if bound.isEmpty { return carried?.trace ?? bound }
      if bound.isRecordingSuppressed { return bound }
      let current = value(of: .current)
      // Without a value the caller passed the top level, either by default or to start a new trace.
      guard let carried else { return current == nil ? bound : TraceContext() }
      return carried !== current || carried.ambient.isIdentical(to: bound) ? carried.trace : bound
    }

    /// The inner one of the context that our API bound and the one of the current service context.
    static func inner(_ bound: TraceContext) -> TraceContext {
      guard let current = value(of: .current), !bound.isRecordingSuppressed else { return bound }
      return bound.isEmpty || current.ambient.isIdentical(to: bound) ? current.trace : bound
    }
  }
#endif
