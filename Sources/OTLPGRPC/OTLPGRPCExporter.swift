package import GRPCClient
package import HTTP2Transport
public import OTLPExport
public import TelemetryCore
public import TelemetrySDK

/// Sends spans to an OTLP server over gRPC. Thread-safe: every method may be called at any time from anywhere.
///
/// ```swift
/// let exporter = try OTLPGRPCExporter(.init(endpoint: "http://localhost:4317"))
/// let processor = try BatchSpanProcessor(exporter: exporter)
/// ```
///
/// The connection comes up with the first export and again whenever it was lost. A failed export is tried again for as
/// long as its deadline allows, if the OTLP specification says that it may (RULES 1.4); for a processor's export timeout
/// the time of an outage doesn't count. A batch that is too large for the server is split. What became of each span is in
/// the outcome; why, is in its error, an ``OTLPError``.
public final class OTLPGRPCExporter: SpanExporter, LoopExporter {
  private struct State {
    var isShutDown = false
    var calls = 0
    // Kept while calls run: their loop must run too.
    var lease: TelemetryRuntime.Lease?
    var pipeline: ExportPipeline
    /// The pipeline is that of the process that this one was forked from.
    var isParents = false
    var budget: ByteBudget?
    var roomObservers: [@Sendable () -> Void] = []
  }

  /// The configuration that the exporter was made with.
  public let configuration: Configuration
  /// The server, the preferred one if there are several.
  package let server: Endpoint
  /// The loop that the connection lives on.
  package let loop: TelemetryLoop?
  private let makePipeline: @Sendable () throws(OTLPError) -> ExportPipeline
  private let state: Locked<State>

  /// Makes an exporter; nothing is sent or connected until the first export.
  /// - Parameters:
  ///   - configuration: Where to send to, and how.
  ///   - runtime: The threads to run on.
  ///   - diagnostics: Hears of the first failure after success, of recovery, of losses and of what is ignored.
  /// - Throws: An ``OTLPError`` that names the value or the file that can't be used.
  public convenience init(
    _ configuration: Configuration = Configuration(), runtime: TelemetryRuntime = .shared,
    diagnostics: Diagnostics = .standardError
  ) throws(OTLPError) {
    let parts = try ChannelParts(configuration, diagnostics)
    let lease: TelemetryRuntime.Lease
    do throws(SystemError) {
      lease = try runtime.acquire()
    } catch {
      throw OTLPError(.system, "no thread or no descriptor for the exporter: \(error)")
    }
    let loop = lease.loop
    try self.init(configuration, parts.server, loop, lease) { () throws(OTLPError) in
      let channel = try parts.channel(network: SystemNetwork(runtime: runtime), loop: loop, diagnostics)
      return ExportPipeline(
        configuration.pipeline(parts.servers, limits: .process), transport: GRPCTransport(channel), loop: loop,
        runtime: runtime, diagnostics: diagnostics)
    }
  }

  /// For a simulation: a given loop and network, and jitter of a seed.
  /// - Parameter onChannel: Is given the channel that is made.
  package convenience init(
    _ configuration: Configuration, loop: TelemetryLoop, network: any Network, diagnostics: Diagnostics,
    seed: UInt64 = 1, onChannel: @escaping @Sendable (GRPCChannel) -> Void = { _ in }
  ) throws(OTLPError) {
    let parts = try ChannelParts(configuration, diagnostics)
    try self.init(configuration, parts.server, loop, nil) { () throws(OTLPError) in
      let channel = try parts.channel(network: network, loop: loop, diagnostics, seed: seed)
      onChannel(channel)
      return ExportPipeline(
        configuration.pipeline(parts.servers, limits: MessageLimits()), transport: GRPCTransport(channel), loop: loop,
        diagnostics: diagnostics, random: SeededRandom(seed: seed))
    }
  }

  private init(
    _ configuration: Configuration, _ server: Endpoint, _ loop: TelemetryLoop, _ lease: TelemetryRuntime.Lease?,
    _ makePipeline: @escaping @Sendable () throws(OTLPError) -> ExportPipeline
  ) throws(OTLPError) {
    self.configuration = configuration
    self.server = server
    self.makePipeline = makePipeline
    self.loop = loop
    state = Locked(State(lease: lease, pipeline: try makePipeline()))
    Fork.join(self)
  }

  deinit { Fork.leave(self) }

  /// How many exports the server can do with now: at most ``Configuration/maxConcurrentExports``, one while it is down (no
  /// connection, a failure and no answer since, a pause that it asked for), so that the others wait in the queue. A few
  /// more while it only fails: it may do so by what is in the batches that it was given.
  public var maxConcurrentExports: Int { pipeline.room }

  /// An outage doesn't count as export time.
  package var appliesExportTimeout: Bool { true }

  /// As configured: ``Configuration/timeout``.
  package var attemptTimeout: Duration? { configuration.timeout == .zero ? nil : configuration.timeout }

  /// The exporter's metrics of itself at this moment, consistent with one another.
  ///
  /// - `otel.sdk.exporter.span.inflight`, `otel.sdk.exporter.span.exported` and `otel.sdk.exporter.operation.duration`,
  ///   with `server.address` and `server.port`; an operation is one call of ``export(_:deadline:)``.
  /// - `error.type` stands on what failed: `rejected` (by the server, in an accepted request), the gRPC status of an
  ///   answer that forbids a retry, or `timeout`, `unreachable`, `tls`, `header_provider`, `too_large`, `shutdown`,
  ///   `already_shutdown`. Where parts of one batch fail differently the duration has the last one's.
  /// - Beyond the conventions: `swift_otlp.exporter.attempts`, `swift_otlp.exporter.span.possible_duplicates` and
  ///   `swift_otlp.exporter.request.size`, which change when an export ends.
  ///
  /// Specification: semantic conventions, OpenTelemetry SDK metrics (RULES 4.13).
  public var selfMetrics: SelfMetrics { pipeline.selfMetrics }

  /// The buffers that lie ready for later requests count in `budget`.
  package func share(_ budget: ByteBudget) {
    state.withLock { if $0.budget == nil { $0.budget = budget } }
    pipeline.share(budget)
  }

  package func observeRoom(_ observer: @escaping @Sendable () -> Void) {
    state.withLock { $0.roomObservers.append(observer) }
    pipeline.observeRoom(observer)
  }

  /// Delivers a batch, with as many attempts as its deadline and the server's answers allow; never throws and never
  /// passes `deadline` by more than a moment. After shutdown nothing is sent: all items count as dropped.
  ///
  /// The spans are let go of as soon as they are encoded.
  public func export(_ batch: consuming [SpanData], deadline: Deadline) async -> ExportOutcome {
    guard let pipeline = enter() else { return self.pipeline.refuse(batch.count) }
    defer { leave() }
    return await pipeline.export(consume batch, deadline: deadline)
  }

  /// The same within `timeout`, in which the time of an outage doesn't count: then a batch waits for the server to come
  /// back, until `deadline`.
  package func export(
    _ batch: consuming [SpanData], timeout: Duration, deadline: Deadline
  ) async -> ExportOutcome {
    guard let pipeline = enter() else { return self.pipeline.refuse(batch.count) }
    defer { leave() }
    return await pipeline.export(consume batch, timeout: timeout, deadline: deadline)
  }

  /// Exports that wait for the server to recover beyond `deadline` are tried once more at once, one by one if it keeps
  /// failing; not while it asked for a pause.
  package func expedite(deadline: Deadline) async {
    guard let pipeline = enter() else { return }
    defer { leave() }
    await pipeline.expedite(deadline: deadline)
  }

  /// Waits until the exports that run now have ended; false if they had not by `deadline`. After shutdown there is
  /// nothing to wait for.
  public func forceFlush(deadline: Deadline) async -> Bool {
    guard let pipeline = enter() else { return true }
    defer { leave() }
    return await pipeline.flush(deadline: deadline)
  }

  /// Refuses further exports, gives those that run until `deadline`, then ends them and the connection. A second call
  /// returns at once.
  public func shutdown(deadline: Deadline) async {
    guard let pipeline = enter(last: true) else { return }
    defer { leave() }
    await pipeline.shutdown(deadline: deadline)
  }

  private func enter(last: Bool = false) -> ExportPipeline? {
    let (pipeline, isParents) = state.withLock { state -> (ExportPipeline?, Bool) in
      guard !state.isShutDown else { return (nil, false) }
      state.isShutDown = last
      state.calls += 1
      return (state.pipeline, state.isParents)
    }
    return isParents ? ownPipeline() : pipeline
  }

  private var pipeline: ExportPipeline {
    let (pipeline, isParents) = state.withLock { ($0.pipeline, $0.isParents) }
    return isParents ? ownPipeline() : pipeline
  }

  /// In a forked child: its own pipeline in place of the parent's. That is kept as it is and never used: its connection
  /// isn't ours, and its end would be said to the server.
  private func ownPipeline() -> ExportPipeline {
    // It was made once from the same values; should that fail now, the exports fail by the closed connection.
    let own = try? makePipeline()
    let (pipeline, budget, observers) = state.withLock {
      state -> (ExportPipeline, ByteBudget?, [@Sendable () -> Void]) in
      guard state.isParents else { return (state.pipeline, nil, []) }
      state.isParents = false
      guard let own else { return (state.pipeline, nil, []) }
      _ = unsafe Unmanaged.passRetained(state.pipeline)
      state.pipeline = own
      return (own, state.budget, state.roomObservers)
    }
    if let budget { pipeline.share(budget) }
    for observer in observers { pipeline.observeRoom(observer) }
    return pipeline
  }

  /// The last one out after shutdown lets go of the threads.
  private func leave() {
    let lease: TelemetryRuntime.Lease? = state.withLock { state in
      state.calls -= 1
      guard state.isShutDown, state.calls == 0 else { return nil }
      defer { state.lease = nil }
      return state.lease
    }
    lease?.end()
  }
}

extension OTLPGRPCExporter: ForkParticipant {
  package var forkOrder: ForkOrder { .exporter }
  package func prepareFork() { state.lock() }
  package func forkedParent() { state.unlock() }

  /// The calls that run are the parent's.
  package func forkedChild() {
    unsafe state.value.pointee.isParents = true
    unsafe state.value.pointee.calls = 0
    state.unlock()
  }
}

extension OTLPGRPCExporter.Configuration {
  fileprivate func pipeline(_ servers: [Endpoint], limits: MessageLimits) -> ExportPipeline.Configuration {
    var result = ExportPipeline.Configuration()
    result.limits = limits
    result.compression = settings.compression(to: servers)
    result.timeout = timeout
    result.maxRequestSize = maxRequestSize
    result.retry = retry
    result.maxConcurrentCalls = maxConcurrentExports
    result.headerProvider = headerProvider
    result.headers = headers
    result.server = servers.map(\.description).joined(separator: ",")
    result.labels.serverAddress = servers[0].serverAddress
    result.labels.serverPort = servers[0].serverPort
    return result
  }
}
