#if DistributedTracing
  internal import TelemetryCore
  public import TelemetrySDK
  public import Tracing

  /// A span of a ``DistributedTracer``. Copies are the same span; any thread may use it.
  ///
  /// Its attributes are kept as swift-distributed-tracing has them, and recorded when the span ends. A span that isn't recorded
  /// (``isRecording`` is false) ignores what is set. After the end all settings are ignored, and a second end too; reading still
  /// works. A span that is never ended isn't exported; its provider counts it (`TracerProvider.abandonedSpans`).
  public struct DistributedSpan: Tracing.Span {
    let state: SpanState

    /// The service context in which the span's children start, with all other values of the context that the span started in.
    public var context: ServiceContext {
      var context = state.outer
      context[CarriedTrace.Key.self] = state
      return context
    }

    /// The span's identity.
    public var spanContext: SpanContext { state.span.context }

    /// The name. A sampler's decision about the old name stays.
    public var operationName: String {
      get { state.span.data?.name ?? state.name }
      nonmutating set { state.span.updateName(newValue) }
    }

    /// True if settings have an effect: the span is recorded and hasn't ended.
    public var isRecording: Bool { state.isRecording }

    /// Sets the status. `ok` is final, and an error without a message doesn't replace one with a message, so `withSpan` keeps the
    /// status that its body has set (RULES 4.2.8).
    public func setStatus(_ status: SpanStatus) {
      guard isRecording, state.admits(status) else { return }
      switch status.code {
      case .ok: state.span.setStatus(.ok)
      case .error: state.span.setStatus(.error(status.message ?? ""))
      @unknown default: break
      }
    }

    /// Adds an event. Events keep the order in which they are added.
    public func addEvent(_ event: SpanEvent) {
      guard isRecording else { return }
      state.span.addEvent(event.name, attributes: Attributes(event.attributes), at: event.nanosecondsSinceEpoch)
    }

    /// Adds an event `exception` with the error's type and message (RULES 4.2.11). The status stays as it is.
    public func recordError<Instant: TracerInstant>(
      _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
      guard isRecording else { return }
      state.span.recordError(error, attributes: Attributes(attributes), at: instant().nanosecondsSinceEpoch)
    }

    /// Adds a link to the span of another service context; ignored if that holds no trace.
    public func addLink(_ link: Tracing.SpanLink) {
      guard isRecording else { return }
      state.span.addLink(TraceContext(link.context).spanContext, attributes: Attributes(link.attributes))
    }

    /// Ends the span: its processors receive it. The first call counts; it never blocks.
    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
      guard state.isRecorded else { return }
      state.end(at: instant().nanosecondsSinceEpoch)
    }
  }
#endif
