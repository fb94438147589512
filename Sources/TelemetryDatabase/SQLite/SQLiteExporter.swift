#if SQLite
  public import OTLPExport
  public import TelemetryCore
  public import TelemetrySDK

  /// Stores spans and log records in a file of SQLite. Thread-safe.
  ///
  /// ```swift
  /// let exporter = try SQLiteExporter(.init(path: "telemetry.sqlite"))
  /// let spans = try BatchSpanProcessor(exporter: exporter)
  /// let logRecords = try BatchLogRecordProcessor(exporter: exporter.logExporter)
  /// ```
  ///
  /// The file and its tables are made with the first batch; a batch is one transaction, which is forced to disk. Several processes
  /// may write to one file. While the file is locked or its disk is full, the batches wait in the queue, and the time doesn't
  /// count as a processor's export timeout. A batch that is stored again stands there once. The outcome accounts for each item,
  /// and its error, an `OTLPError`, gives the reason.
  public final class SQLiteExporter: SpanExporter, SpanForwardingExporter {
    /// The exporter's configuration.
    public let configuration: SQLiteConfiguration
    package let spans: OTLPSignalExporter<SpanData>

    /// Makes an exporter. The file is opened with the first batch.
    /// - Parameters:
    ///   - configuration: The file and the manner of storing.
    ///   - runtime: The threads to run on. A batch is stored on a blocking thread.
    ///   - diagnostics: Receives the first failure after success, recovery and losses.
    /// - Throws: An `OTLPError` that names the value that can't be used.
    public init(
      _ configuration: SQLiteConfiguration, runtime: TelemetryRuntime = .shared,
      diagnostics: Diagnostics = .standardError
    ) throws(OTLPError) {
      do throws(ConfigurationError) { try configuration.validate() } catch { throw OTLPError(error) }
      let lease = try SharedDelivery.lease(runtime)
      let loop = lease.loop
      self.configuration = configuration
      let owner = try SharedDelivery(lease: lease) { () throws(OTLPError) in
        let writer = SQLiteWriter(
          path: configuration.path, retention: configuration.retention, diagnostics: diagnostics)
        let client = SQLiteClient(writer, loop: loop, runtime: runtime)
        var values = OTLPConfiguration(storingWithin: configuration.timeout, configuration.retry)
        // SQLite has one writer.
        values.maxConcurrentExports = 1
        let file = Endpoint(
          target: .unix(path: configuration.path), isSecure: false, label: configuration.path.sanitized())
        return Delivery(
          values, servers: [file], client: client, loop: loop, runtime: runtime, transport: .sqlite,
          diagnostics: diagnostics)
      }
      spans = OTLPSignalExporter(owner, loop: loop, timeout: configuration.timeout)
    }

    /// The exporter of log records into the same file. It ends with its own shutdown; the file is closed with the last one.
    public var logExporter: OTLPSignalExporter<LogRecord> { spans.joined(LogRecord.self) }

    /// 1: SQLite has one writer.
    public var maxConcurrentExports: Int { spans.maxConcurrentExports }

    /// The exporter's metrics of its spans: see `OTLPSignalExporter.selfMetrics`, with `db.response.status_code` for the result of
    /// the last transaction.
    public var selfMetrics: SelfMetrics { spans.selfMetrics }

    /// Stores a batch with as many attempts as its deadline permits. Never throws, and returns by `deadline`. After shutdown
    /// nothing is stored: all items count as dropped.
    public func export(_ batch: consuming SpanBatch, deadline: Deadline) async -> ExportOutcome {
      await spans.export(consume batch, deadline: deadline)
    }

    /// Waits until the exports of spans that run now have ended. After shutdown this returns at once.
    /// - Returns: False if they have not ended by `deadline`.
    public func forceFlush(deadline: Deadline) async -> Bool { await spans.forceFlush(deadline: deadline) }

    /// Refuses further spans, lets running exports continue until `deadline`, then ends the exports, and closes the file if
    /// no log records are stored either. A second call returns at once.
    public func shutdown(deadline: Deadline) async { await spans.shutdown(deadline: deadline) }
  }
#endif
