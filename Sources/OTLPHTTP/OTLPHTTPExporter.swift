#if HTTP
  internal import HTTP2Transport
  public import OTLPExport
  public import TelemetryCore
  public import TelemetrySDK

  /// Sends spans to an OTLP server over HTTP/1.1 or HTTP/2, in protobuf or JSON. Thread-safe.
  ///
  /// ```swift
  /// let exporter = try OTLPHTTPExporter(.init(endpoint: "http://localhost:4318"))
  /// let processor = try BatchSpanProcessor(exporter: exporter)
  /// ```
  ///
  /// Connections are made when exports need them, and kept alive. A failed export is retried until its deadline if the OTLP
  /// specification permits a retry (RULES 3.2.5); the time of an outage doesn't count as a processor's export timeout. A
  /// batch that is too large for the server is split. The outcome accounts for each span, and its error, an `OTLPError`,
  /// gives the reason. Redirections aren't followed.
  public final class OTLPHTTPExporter: SpanExporter, SpanForwardingExporter {
    /// The exporter's configuration.
    public let configuration: Configuration
    /// The server.
    package let server: Endpoint
    package let spans: OTLPSignalExporter<SpanData>

    /// Makes an exporter. Certificate files are read now; connections are made with the first export.
    /// - Parameters:
    ///   - configuration: The server and the manner of sending.
    ///   - runtime: The threads to run on.
    ///   - diagnostics: Receives the first failure after success, recovery, losses and ignored values.
    /// - Throws: An `OTLPError` that names the value or the file that can't be used.
    public init(
      _ configuration: Configuration = Configuration(), runtime: TelemetryRuntime = .shared,
      diagnostics: Diagnostics = .standardError
    ) throws(OTLPError) {
      let request = try HTTPRequestPlan(configuration, diagnostics)
      let lease = try SharedDelivery.lease(runtime)
      let loop = lease.loop
      self.configuration = configuration
      server = request.server
      let owner = try SharedDelivery(lease: lease) { () throws(OTLPError) in
        let client = try HTTPExportClient(request, loop: loop, network: SystemNetwork(runtime: runtime), diagnostics)
        return Delivery(
          configuration.values, servers: [request.server], client: client, loop: loop, runtime: runtime,
          limits: .process, transport: configuration.httpProtocol.transport, diagnostics: diagnostics)
      }
      spans = OTLPSignalExporter(owner, loop: loop, timeout: configuration.timeout)
    }

    /// Exports log records to the same server, over the same connections. Ask for it before the shutdown of the spans' exporter, which
    /// closes the connections that no signal uses any more.
    public var logExporter: OTLPSignalExporter<LogRecord> { spans.joined(LogRecord.self) }

    /// Exports metrics to the same server, over the same connections; as ``logExporter``. Outcomes count data points.
    public var metricExporter: OTLPSignalExporter<Metric> { spans.joined(Metric.self) }

    /// The number of exports that can proceed now, at most ``Configuration/maxConcurrentExports``. While the server is down
    /// (no connection, a failure without a response since, or a pause that the server requested) this is one, and further
    /// batches stay in the queue.
    public var maxConcurrentExports: Int { spans.maxConcurrentExports }

    /// The exporter's metrics of its spans: see `OTLPSignalExporter.selfMetrics`, with `http.response.status_code` for the status
    /// of the last response.
    public var selfMetrics: SelfMetrics { spans.selfMetrics }

    /// Delivers a batch with as many attempts as its deadline and the server's responses permit. Never throws, and returns
    /// by `deadline`. After shutdown nothing is sent: all items count as dropped.
    ///
    /// The spans are released once encoded.
    public func export(_ batch: consuming SpanBatch, deadline: Deadline) async -> ExportOutcome {
      await spans.export(consume batch, deadline: deadline)
    }

    /// Waits until the exports of spans that run now have ended. After shutdown this returns at once.
    /// - Returns: False if they have not ended by `deadline`.
    public func forceFlush(deadline: Deadline) async -> Bool { await spans.forceFlush(deadline: deadline) }

    /// Refuses further spans, lets running exports continue until `deadline`, then ends the exports, and the connections if no
    /// other signal uses them. A second call returns at once.
    public func shutdown(deadline: Deadline) async { await spans.shutdown(deadline: deadline) }
  }
#endif
