#if Logging
  public import Logging
  internal import TelemetryCore
  internal import TelemetrySDK

  /// The metadata that leads from a log line to its trace; the properties are their names.
  ///
  /// ```swift
  /// LoggingSystem.bootstrap(
  ///   { StreamLogHandler.standardError(label: $0, metadataProvider: $1) }, metadataProvider: TraceMetadata().provider)
  /// ```
  ///
  /// Specification: trace context in non-OTLP log formats.
  public struct TraceMetadata: Sendable, Hashable {
    /// The name of the trace's id, 32 hexadecimal digits; default `trace_id`.
    public var traceID = "trace_id"
    /// The name of the span's id, 16 hexadecimal digits; default `span_id`.
    public var spanID = "span_id"
    /// The name of the W3C trace flags, two hexadecimal digits: `01` if the trace is sampled; default `trace_flags`.
    public var traceFlags = "trace_flags"

    /// The specification's names.
    public init() {}

    /// Gives ids and flags of the active span; nothing where no span is active. It sees spans of `TelemetryTracer`, and those of
    /// swift-distributed-tracing from the product `TelemetryTracing`. Thread-safe.
    public var provider: Logger.MetadataProvider {
      Logger.MetadataProvider {
        let context = TraceContext.current.spanContext
        guard context.isValid else { return [:] }
        return [
          traceID: .stringConvertible(context.traceID), spanID: .stringConvertible(context.spanID),
          traceFlags: .stringConvertible(context.flags),
        ]
      }
    }
  }
#endif
