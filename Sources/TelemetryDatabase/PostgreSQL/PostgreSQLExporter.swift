#if PostgreSQL
  public import OTLPExport
  public import TelemetryCore
  public import TelemetrySDK

  /// Stores spans and log records in a PostgreSQL database. Thread-safe.
  ///
  /// ```swift
  /// let exporter = try PostgreSQLExporter(.init(connection: "postgresql://telemetry@localhost/telemetry"))
  /// let spans = try BatchSpanProcessor(exporter: exporter)
  /// let logRecords = try BatchLogRecordProcessor(exporter: exporter.logExporter)
  /// ```
  ///
  /// The tables are made with the first connection. A batch is one transaction, a binary `COPY`. If the database has some of its items
  /// already, the batch goes through temporary tables and an `INSERT … ON CONFLICT DO NOTHING`, so a batch that is sent again after
  /// a lost connection stands there once. While there is no connection, the server is a standby, or its disk is full, the batches wait
  /// in the queue, and the time doesn't count as a processor's export timeout. The outcome accounts for each item, and its error, an
  /// `OTLPError`, gives the reason.
  public final class PostgreSQLExporter: SpanExporter, SpanForwardingExporter {
    /// The exporter's configuration.
    public let configuration: PostgreSQLConfiguration
    package let spans: OTLPSignalExporter<SpanData>

    /// Makes an exporter. Connections are made with the first batch.
    /// - Parameters:
    ///   - configuration: The database and the manner of storing.
    ///   - runtime: The threads to run on. Connections are made on blocking threads.
    ///   - diagnostics: Receives the first failure after success, recovery and losses.
    /// - Throws: An `OTLPError` that names the value that can't be used.
    public init(
      _ configuration: PostgreSQLConfiguration, runtime: TelemetryRuntime = .shared,
      diagnostics: Diagnostics = .standardError
    ) throws(OTLPError) {
      let place: PostgreSQLPlace
      do throws(ConfigurationError) { place = try configuration.validate() } catch { throw OTLPError(error) }
      let lease = try SharedDelivery.lease(runtime)
      let loop = lease.loop
      self.configuration = configuration
      let owner = try SharedDelivery(lease: lease) { () throws(OTLPError) in
        let client = PostgreSQLClient(
          configuration, loop: loop, runtime: runtime, place: "\(place.endpoint)", diagnostics: diagnostics)
        var values = OTLPConfiguration(storingWithin: configuration.timeout, configuration.retry)
        values.maxConcurrentExports = configuration.maxConnections
        return Delivery(
          values, servers: [place.endpoint], client: client, loop: loop, runtime: runtime, transport: .postgreSQL,
          diagnostics: diagnostics)
      }
      spans = OTLPSignalExporter(owner, loop: loop, timeout: configuration.timeout)
    }

    /// The exporter of log records over the same connections. It ends with its own shutdown; the connections close with the last one.
    public var logExporter: OTLPSignalExporter<LogRecord> { spans.joined(LogRecord.self) }

    /// The number of exports that can proceed now, at most ``PostgreSQLConfiguration/maxConnections``. While the server is down this is
    /// one, and further batches stay in the queue.
    public var maxConcurrentExports: Int { spans.maxConcurrentExports }

    /// The exporter's metrics of its spans: see `OTLPSignalExporter.selfMetrics`, with `db.response.status_code` for the SQLSTATE of
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

    /// Refuses further spans, lets running exports continue until `deadline`, then ends the exports, and closes the connections
    /// if no log records are stored either. A second call returns at once.
    public func shutdown(deadline: Deadline) async { await spans.shutdown(deadline: deadline) }
  }
#endif
