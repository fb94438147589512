#if OpenTelemetrySwift
  public import Foundation
  public import OTLPGRPC
  public import OpenTelemetryApi
  public import OpenTelemetrySdk
  public import TelemetryCore
  public import TelemetrySDK

  /// This package's batch processor and exporter as a span processor of opentelemetry-swift: the recommended way, since every
  /// span is accounted for. Thread-safe.
  ///
  /// ```swift
  /// import OpenTelemetrySdk
  /// import TelemetryOpenTelemetry
  ///
  /// let processor = try OTLPSpanProcessor(endpoint: "http://localhost:4317")
  /// let provider = TracerProviderBuilder().add(spanProcessor: processor).build()
  /// ```
  ///
  /// Several names of OpenTelemetry's specification are types of both packages, so a file imports this module and those of
  /// opentelemetry-swift, and from ours only what it names: `import class OTLPGRPC.OTLPGRPCExporter`.
  public final class OTLPSpanProcessor: OpenTelemetrySdk.SpanProcessor, Sendable {
    private let processor: TelemetrySDK.BatchSpanProcessor
    private let converter = SpanConverter()
    private let exportTimeout: Duration

    /// The limit of ``shutdown(explicitTimeout:)`` without a time.
    private static let shutdownTimeout = Duration.seconds(10)

    /// Exports to a server.
    /// - Parameters:
    ///   - exporter: The server and the manner of sending. The environment isn't read; see
    ///     `OTLPGRPCExporter.Configuration.apply(environment:)`.
    ///   - batch: The queue and its batches.
    ///   - diagnostics: Receives what is reported.
    /// - Throws: An `OTLPError` or a `ConfigurationError` that names what isn't allowed, a `SystemError` if no thread can be
    ///   started.
    public convenience init(
      exporter: OTLPGRPCExporter.Configuration, batch: BatchConfiguration = BatchConfiguration(),
      diagnostics: Diagnostics = .standardError
    ) throws {
      try self.init(
        exporter: OTLPGRPCExporter(exporter, diagnostics: diagnostics), batch: batch, diagnostics: diagnostics)
    }

    /// Exports to a server, with the default configuration.
    /// - Parameter endpoint: The server: `http://localhost:4317`.
    public convenience init(endpoint: String) throws { try self.init(exporter: .init(endpoint: endpoint)) }

    /// Exports by an exporter of this package or of your own.
    public init(
      exporter: any TelemetrySDK.SpanExporter, batch: BatchConfiguration = BatchConfiguration(),
      diagnostics: Diagnostics = .standardError
    ) throws {
      processor = try TelemetrySDK.BatchSpanProcessor(
        exporter: exporter, configuration: batch, diagnostics: diagnostics)
      exportTimeout = batch.exportTimeout
    }

    /// Accounts for every span at this moment.
    public var ledger: Ledger { processor.ledger }

    /// The processor's metrics of itself.
    public var selfMetrics: SelfMetrics { processor.selfMetrics }

    /// False: the start of a span is of no interest.
    public var isStartRequired: Bool { false }
    /// True.
    public var isEndRequired: Bool { true }
    /// Nothing.
    public func onStart(parentContext: OpenTelemetryApi.SpanContext?, span: any ReadableSpan) {}

    /// Queues the span, if it is sampled; never waits, except by `OverflowPolicy.block(upTo:)`.
    public func onEnd(span: any ReadableSpan) {
      guard span.context.traceFlags.sampled else { return }
      processor.onEnd(converter.convert(span.toSpanData()))
    }

    /// Exports all spans that ended before the call, and blocks the thread until then.
    /// - Parameter timeout: The longest time, in seconds; nil for the export timeout.
    public func forceFlush(timeout: TimeInterval?) {
      _ = processor.forceFlushBlocking(within: UnixTime.duration(timeout, standard: exportTimeout))
    }

    /// Exports all remaining spans, and ends processor and exporter. Blocks the thread until then. ``ledger`` accounts for what
    /// became of each span.
    /// - Parameter explicitTimeout: The longest time, in seconds; nil for 10 s.
    public func shutdown(explicitTimeout: TimeInterval?) {
      _ = processor.shutdownBlocking(within: UnixTime.duration(explicitTimeout, standard: Self.shutdownTimeout))
    }
  }
#endif
