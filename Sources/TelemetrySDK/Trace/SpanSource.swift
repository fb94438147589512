/// The values that the spans of one tracer share, and keep alive.
///
/// It isn't the tracer itself, to which the provider has a weak reference: counting the strong references to an object with weak
/// ones takes several times as long.
final class SpanSource: Sendable {
  let scope: InstrumentationScope
  let resource: Resource
  let limits: RecordingLimits
  let provider: TracerProvider

  init(_ scope: InstrumentationScope, _ provider: TracerProvider) {
    self.scope = scope
    self.provider = provider
    resource = provider.resource
    limits = provider.limits
  }
}
