#if DistributedTracing
  internal import TelemetryCore
  public import TelemetrySDK
  public import Tracing

  /// The back end of swift-distributed-tracing over a ``TelemetryTracer``. Thread-safe.
  ///
  /// ```swift
  /// InstrumentationSystem.bootstrap(telemetry.distributedTracer)
  /// ```
  ///
  /// Spans of both APIs are parents of one another: a span of `TelemetryTracer.withSpan` within one of `Tracing.withSpan` is its
  /// child, and the other way round. This API costs several times as much as `TelemetryTracer`, mostly by its attributes.
  /// The sampler sees no attributes, since the API has none at a span's start.
  public struct DistributedTracer: Tracer {
    /// The spans of this tracer.
    public typealias Span = DistributedSpan

    /// One reference, which the existentials of the instrumentation system hold without a box. To find a tracer in them takes
    /// fewer steps for a struct than for a class.
    private final class Parts: Sendable {
      let tracer: TelemetryTracer
      let propagator: any TextMapPropagator

      init(_ tracer: TelemetryTracer, _ propagator: any TextMapPropagator) {
        self.tracer = tracer
        self.propagator = propagator
      }
    }

    private let parts: Parts

    /// The limit of ``forceFlush()``.
    private static let flushLimit = Duration.seconds(10)

    /// Makes a back end.
    /// - Parameters:
    ///   - tracer: Starts the spans, which all have its scope.
    ///   - propagator: Carries contexts between processes; default: W3C trace context and baggage.
    public init(_ tracer: TelemetryTracer, propagator: any TextMapPropagator = CompositePropagator.standard) {
      parts = Parts(tracer, propagator)
      ContextBridge.install { CarriedTrace.inner($0) }
    }

    /// Starts a span; end it with ``DistributedSpan/end(at:)``. The source location isn't recorded.
    public func startSpan<Instant: TracerInstant>(
      _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
      at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> DistributedSpan {
      let context = context()
      let bound = TraceContext.bound
      let parent = CarriedTrace.parent(in: context, bound: bound)
      let span = parts.tracer.startSpan(
        operationName, kind: SpanData.Kind(kind), parent: parent, at: instant().nanosecondsSinceEpoch)
      return DistributedSpan(state: SpanState(span, name: operationName, in: parent, ambient: bound, context))
    }

    /// The span that the service context carries; nil if it carries none, or one of another process or API.
    public func activeSpan(identifiedBy context: ServiceContext) -> DistributedSpan? {
      (CarriedTrace.value(of: context) as? SpanState).map { DistributedSpan(state: $0) }
    }

    /// Exports all spans that ended before the call, and waits up to 10 s. On a telemetry thread, which would wait for itself,
    /// the call does nothing. Prefer `Telemetry.forceFlush(within:)`.
    public func forceFlush() {
      guard TelemetryLoop.current == nil else { return }
      _ = parts.tracer.provider.forceFlushBlocking(within: Self.flushLimit)
    }

    /// Reads a trace context from headers. Headers that are missing or malformed leave the service context unchanged.
    public func extract<Carrier, Extract: Extractor>(
      _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
      let before = TraceContext(context)
      let after = parts.propagator.extract(from: carrier, into: before, using: ExtractorTextMap(extractor: extractor))
      guard !after.isIdentical(to: before) else { return }
      context[CarriedTrace.Key.self] = CarriedTrace(after)
    }

    /// Writes the trace context into headers: that in which a span with this service context would start.
    public func inject<Carrier, Inject: Injector>(
      _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
      parts.propagator.inject(
        CarriedTrace.parent(in: context), into: &carrier, using: InjectorTextMap(injector: injector))
    }
  }

  extension SpanData.Kind {
    init(_ kind: SpanKind) {
      self =
        switch kind {
        case .server: .server
        case .client: .client
        case .producer: .producer
        case .consumer: .consumer
        case .internal: .internal
        }
    }
  }
#endif
