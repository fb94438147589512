#if OpenTelemetrySwift
  public import Foundation
  public import OTLPGRPC
  public import OpenTelemetrySdk
  public import TelemetryCore
  public import TelemetrySDK

  /// This package's exporter as a span exporter of opentelemetry-swift, behind that package's own span processors. Thread-safe.
  ///
  /// Prefer ``OTLPSpanProcessor``: opentelemetry-swift's batch processor drops spans without a word when its queue is full, and
  /// doesn't retry. What this exporter gets is accounted for in its ``ledger``.
  public final class OTLPSpanExporter: OpenTelemetrySdk.SpanExporter {
    private let processor: TelemetrySDK.BatchSpanProcessor
    private let converter = SpanConverter()
    private let exportTimeout: Duration
    private let queueSize: Int

    /// The limit of ``shutdown(explicitTimeout:)`` without a time.
    private static let shutdownTimeout = Duration.seconds(10)

    /// Exports to a server.
    /// - Parameters:
    ///   - exporter: The server and the manner of sending. The environment isn't read.
    ///   - batch: The queue and its batches. Each export ends when its spans are settled, so `scheduleDelay` has no effect.
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
      queueSize = batch.maxQueueSize
    }

    /// Accounts for every span at this moment.
    public var ledger: Ledger { processor.ledger }

    // MARK: Blocking

    /// Delivers spans, with retries, and blocks the thread until they are settled.
    /// - Parameter explicitTimeout: The longest time, in seconds; nil for the export timeout. Spans that aren't settled then are
    ///   still exported later.
    /// - Returns: `success` if all spans were delivered. If several exports run at once, a loss fails all of them.
    @discardableResult
    public func export(spans: [OpenTelemetrySdk.SpanData], explicitTimeout: TimeInterval?) -> SpanExporterResultCode {
      let deadline = deadline(explicitTimeout)
      let lost = processor.ledger.lost
      var isComplete = true
      for part in parts(spans) {
        enqueue(part)
        isComplete = processor.forceFlushBlocking(within: deadline.remaining).isComplete && isComplete
      }
      return isComplete && processor.ledger.lost == lost ? .success : .failure
    }

    /// Delivers what is left of earlier exports, and blocks the thread until then.
    /// - Parameter explicitTimeout: The longest time, in seconds; nil for the export timeout.
    public func flush(explicitTimeout: TimeInterval?) -> SpanExporterResultCode {
      processor.forceFlushBlocking(within: deadline(explicitTimeout).remaining).isDelivered ? .success : .failure
    }

    /// Delivers what is left, ends the exporter, and blocks the thread until then.
    /// - Parameter explicitTimeout: The longest time, in seconds; nil for 10 s.
    public func shutdown(explicitTimeout: TimeInterval?) {
      _ = processor.shutdownBlocking(within: UnixTime.duration(explicitTimeout, standard: Self.shutdownTimeout))
    }

    // MARK: Asynchronous

    /// Delivers spans, with retries.
    @discardableResult
    public func export(
      spans: [OpenTelemetrySdk.SpanData], explicitTimeout: TimeInterval?
    ) async -> SpanExporterResultCode {
      let deadline = deadline(explicitTimeout)
      let lost = processor.ledger.lost
      var isComplete = true
      for part in parts(spans) {
        enqueue(part)
        isComplete = await processor.forceFlush(within: deadline.remaining).isComplete && isComplete
      }
      return isComplete && processor.ledger.lost == lost ? .success : .failure
    }

    /// Delivers what is left of earlier exports.
    public func flush(explicitTimeout: TimeInterval?) async -> SpanExporterResultCode {
      await processor.forceFlush(within: deadline(explicitTimeout).remaining).isDelivered ? .success : .failure
    }

    /// Delivers what is left, and ends the exporter.
    public func shutdown(explicitTimeout: TimeInterval?) async {
      _ = await processor.shutdown(within: UnixTime.duration(explicitTimeout, standard: Self.shutdownTimeout))
    }

    // MARK: Parts

    /// The spans in parts that the queue can hold.
    private func parts(_ spans: [OpenTelemetrySdk.SpanData]) -> [ArraySlice<OpenTelemetrySdk.SpanData>] {
      stride(from: 0, to: spans.count, by: queueSize).map { spans[$0..<min($0 + queueSize, spans.count)] }
    }

    private func enqueue(_ spans: ArraySlice<OpenTelemetrySdk.SpanData>) {
      for span in spans { processor.onEnd(converter.convert(span)) }
    }

    private func deadline(_ timeout: TimeInterval?) -> Deadline {
      Deadline(MonotonicInstant.now + UnixTime.duration(timeout, standard: exportTimeout))
    }
  }

  extension Ledger {
    /// Items that weren't delivered and never will be.
    fileprivate var lost: Int { rejected + droppedTotal }
  }
#endif
