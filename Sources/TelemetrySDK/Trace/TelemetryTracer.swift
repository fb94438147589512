/// Starts the spans of one library or module, its scope. Thread-safe; a provider gives the same tracer for the same scope.
///
/// Its name leaves the bare one to swift-distributed-tracing, which has a public protocol `Tracer`.
public final class TelemetryTracer: Sendable {
  private let source: SpanSource
  package let provider: TracerProvider

  init(_ scope: InstrumentationScope, _ provider: TracerProvider) {
    self.provider = provider
    source = SpanSource(scope, provider)
  }

  /// The library or module of the tracer's spans.
  public var scope: InstrumentationScope { source.scope }

  /// The resource of the tracer's spans.
  public var resource: Resource { source.resource }

  /// True if a span that is started may be recorded: false without processors and after the provider's shutdown, so that costly
  /// preparations can be left out.
  public var isEnabled: Bool { provider.isRecording }

  /// Starts a span; end it with ``RecordingSpan/end(at:)``.
  /// - Parameters:
  ///   - name: The operation, of low cardinality.
  ///   - kind: The side of a call that the span is; default `internal`.
  ///   - parent: The context to start in; nil, the default, for ``TraceContext/current``. An empty context makes a root span.
  ///   - attributes: Attributes that the sampler sees; none by default. Prefer them to attributes that are set later.
  ///   - links: Links that the sampler sees; none by default.
  ///   - unixNano: The start in nanoseconds since 1970; nil, the default, for now.
  public func startSpan(
    _ name: String, kind: SpanData.Kind = .internal, parent: TraceContext? = nil,
    attributes: Attributes = Attributes(), links: [RecordingSpan.Link] = [], at unixNano: UInt64? = nil
  ) -> RecordingSpan {
    guard let parent else { return provider.start(source, name, kind, .current, attributes, links, unixNano) }
    return startSpan(name, kind, in: parent, attributes, links, unixNano)
  }

  @usableFromInline
  func startSpan(
    _ name: String, _ kind: SpanData.Kind, in parent: TraceContext, _ attributes: Attributes,
    _ links: [RecordingSpan.Link], _ unixNano: UInt64?
  ) -> RecordingSpan {
    provider.start(source, name, kind, parent, attributes, links, unixNano)
  }
}
