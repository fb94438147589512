#if DistributedTracing
  internal import TelemetryCore
  public import TelemetrySDK
  public import Tracing

  extension TraceContext {
    /// The trace context that a service context carries: the active span's identity and the baggage; empty if there is none.
    public init(_ context: ServiceContext) { self = CarriedTrace.value(of: context)?.trace ?? TraceContext() }

    /// A service context that carries this trace context, for `ServiceContext.withValue` and for the parameter `context` of
    /// swift-distributed-tracing.
    /// - Parameter outer: Gives all other values; default: the current one.
    public func serviceContext(in outer: ServiceContext = .current ?? .topLevel) -> ServiceContext {
      var context = outer
      context[CarriedTrace.Key.self] = CarriedTrace(self)
      return context
    }
  }
#endif
