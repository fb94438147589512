import OTLPGRPC
import OTLPTesting
import StubTracing
import TelemetrySDK

/// A program that uses the names of `StubTracing` beside ours: it compiles only if no name of ours is one of them.
let namesTracing: [Any.Type] = [
  AnyServiceContextKey.self, DefaultTracerClock.self, Extractor.self, Injector.self, Instrument.self,
  InstrumentationSystem.self, LegacyTracer.self, MultiplexInstrument.self, NestedSpanAttributesProtocol.self,
  NoOpInstrument.self, NoOpTracer.self, ServiceContext.self, ServiceContextKey.self, Span.self, SpanAttribute.self,
  SpanAttributeConvertible.self, SpanAttributeKey.self, SpanAttributeNamespace.self, SpanAttributes.self,
  SpanEvent.self, SpanKind.self, SpanLink.self, SpanStatus.self, Tracer.self, TracerInstant.self,
]

let functionsTracing: [@Sendable () -> Void] = [
  startSpan, withSpan,
]
