package import GRPCClient
package import HTTP2Transport
public import OTLPExport
public import TelemetryCore
public import TelemetrySDK

/// Sends spans to an OTLP server over gRPC. Thread-safe.
///
/// ```swift
/// let exporter = try OTLPGRPCExporter(.init(endpoint: "http://localhost:4317"))
/// let processor = try BatchSpanProcessor(exporter: exporter)
/// ```
///
/// The first export establishes the connection; a lost connection is established again. A failed export is retried until
/// its deadline if the OTLP specification permits a retry (RULES 1.4); the time of an outage doesn't count as a processor's
/// export timeout. A batch that is too large for the server is split. The outcome accounts for each span, and its error,
/// an `OTLPError`, gives the reason.
public final class OTLPGRPCExporter: SpanExporter, SpanForwardingExporter {
  /// The exporter's configuration.
  public let configuration: Configuration
  /// The server, the preferred of several.
  package let server: Endpoint
  package let spans: OTLPSignalExporter<SpanData>

  /// Makes an exporter. Certificate files are read now; a connection is established with the first export.
  /// - Parameters:
  ///   - configuration: The server and the manner of sending.
  ///   - runtime: The threads to run on.
  ///   - diagnostics: Receives the first failure after success, recovery, losses and ignored values.
  /// - Throws: An `OTLPError` that names the value or the file that can't be used.
  public convenience init(
    _ configuration: Configuration = Configuration(), runtime: TelemetryRuntime = .shared,
    diagnostics: Diagnostics = .standardError
  ) throws(OTLPError) {
    let servers = try configuration.servers()
    let channel = try GRPCChannelConfiguration(configuration, servers: servers, diagnostics)
    let lease = try SharedDelivery.lease(runtime)
    let loop = lease.loop
    try self.init(configuration, servers[0], loop, lease) { () throws(OTLPError) in
      let channel = try channel.makeChannel(network: SystemNetwork(runtime: runtime), loop: loop, diagnostics)
      return Delivery(
        configuration.values, servers: servers, client: GRPCExportClient(channel), loop: loop, runtime: runtime,
        limits: .process, diagnostics: diagnostics)
    }
  }

  /// Makes an exporter for a simulation, with a given loop and network, and jitter from a seed.
  /// - Parameter onChannel: Receives the channel.
  package convenience init(
    _ configuration: Configuration, loop: TelemetryLoop, network: any Network, diagnostics: Diagnostics,
    seed: UInt64 = 1, onChannel: @escaping @Sendable (GRPCChannel) -> Void = { _ in }
  ) throws(OTLPError) {
    let servers = try configuration.servers()
    var channel = try GRPCChannelConfiguration(configuration, servers: servers, diagnostics)
    channel.backoff.seed = seed
    try self.init(configuration, servers[0], loop, nil) { [channel] () throws(OTLPError) in
      let channel = try channel.makeChannel(network: network, loop: loop, diagnostics)
      onChannel(channel)
      return Delivery(
        configuration.values, servers: servers, client: GRPCExportClient(channel), loop: loop,
        diagnostics: diagnostics, random: SeededRandom(seed: seed))
    }
  }

  private init(
    _ configuration: Configuration, _ server: Endpoint, _ loop: TelemetryLoop, _ lease: TelemetryRuntime.Lease?,
    _ makeDelivery: @escaping @Sendable () throws(OTLPError) -> Delivery
  ) throws(OTLPError) {
    self.configuration = configuration
    self.server = server
    let owner = try SharedDelivery(lease: lease, makeDelivery: makeDelivery)
    spans = OTLPSignalExporter(owner, loop: loop, timeout: configuration.timeout)
  }

  /// Exports log records to the same server, over the same connection. Ask for it before the shutdown of the spans' exporter, which
  /// closes the connection that no signal uses any more.
  public var logExporter: OTLPSignalExporter<LogRecord> { spans.joined(LogRecord.self) }

  /// Exports metrics to the same server, over the same connection; as ``logExporter``. Outcomes count data points.
  public var metricExporter: OTLPSignalExporter<Metric> { spans.joined(Metric.self) }

  /// The number of exports that can proceed now, at most ``Configuration/maxConcurrentExports``. While the server is down
  /// (no connection, a failure without a response since, or a pause that the server requested) this is one, and further
  /// batches stay in the queue. A few more are admitted if the server keeps failing: the batches may be the cause.
  public var maxConcurrentExports: Int { spans.maxConcurrentExports }

  /// The exporter's metrics of its spans: see `OTLPSignalExporter.selfMetrics`. `error.type` can be a gRPC status.
  public var selfMetrics: SelfMetrics { spans.selfMetrics }

  /// Delivers a batch with as many attempts as its deadline and the server's responses permit. Never throws, and returns
  /// by `deadline`. After shutdown nothing is sent: all spans count as dropped.
  ///
  /// The spans are released once encoded.
  public func export(_ batch: consuming SpanBatch, deadline: Deadline) async -> ExportOutcome {
    await spans.export(consume batch, deadline: deadline)
  }

  /// Waits until the exports of spans that run now have ended. After shutdown this returns at once.
  /// - Returns: False if they have not ended by `deadline`.
  public func forceFlush(deadline: Deadline) async -> Bool { await spans.forceFlush(deadline: deadline) }

  /// Refuses further spans, lets running exports continue until `deadline`, then ends the exports, and the connection if no
  /// other signal uses it. A second call returns at once.
  public func shutdown(deadline: Deadline) async { await spans.shutdown(deadline: deadline) }
}
