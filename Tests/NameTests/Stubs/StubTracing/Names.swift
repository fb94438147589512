// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The public top-level names of swift-distributed-tracing and swift-service-context, without their members.

public enum AnyServiceContextKey {}
public enum DefaultTracerClock {}
public enum Extractor {}
public enum Injector {}
public enum Instrument {}
public enum InstrumentationSystem {}
public enum LegacyTracer {}
public enum MultiplexInstrument {}
public enum NestedSpanAttributesProtocol {}
public enum NoOpInstrument {}
public enum NoOpTracer {}
public enum ServiceContext {}
public enum ServiceContextKey {}
public enum Span {}
public enum SpanAttribute {}
public enum SpanAttributeConvertible {}
public enum SpanAttributeKey {}
public enum SpanAttributeNamespace {}
public enum SpanAttributes {}
public enum SpanEvent {}
public enum SpanKind {}
public enum SpanLink {}
public enum SpanStatus {}
public enum Tracer {}
public enum TracerInstant {}

public func startSpan() {}
public func withSpan() {}
