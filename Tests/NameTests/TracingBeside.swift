import OTLPGRPC
import OTLPTesting
import StubTracing
import SwiftOTLP
import TelemetrySDK

/// Uses the names of `StubTracing` in a file that imports our libraries. The file compiles only if no name is ambiguous.
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
