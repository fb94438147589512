internal import OTLPWire
internal import Synchronization
package import TelemetryCore
package import TelemetrySDK

/// Delivers batches of all signals to a server, over one client: encodes, splits, compresses, retries, and accounts for every item.
/// Runs on an event loop.
package actor Delivery {
  // The encoder's buffers that are kept while no export runs.
  private static let idleBuffers = 4

  package nonisolated let loop: TelemetryLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  let configuration: OTLPConfiguration
  /// The servers' name in messages and in ``limits``.
  let server: String
  let client: any ExportClient
  /// The servers' message limits, shared with other exporters (RULES D1).
  let limits: LearnedMessageLimits
  let compressor: MessageCompressor?
  let headerSource: HeaderSource?
  /// The threads for large compressions; nil in a simulation.
  let runtime: TelemetryRuntime?
  private let encoder: ExportRequestEncoder
  private let transport: OTLPTransport
  private let firstServer: Endpoint
  /// The metrics of each signal's exporter, from its first use.
  private let metrics = Locked<[OTLPSignal: ExporterMetrics]>([:])
  private nonisolated let publishedRoom: Atomic<Int>
  private nonisolated let roomObservers = Locked<[@Sendable () -> Void]>([])

  var active = ActiveExports()
  var reporter: DeliveryReporter
  var random: SeededRandom
  var destination: Destination
  var queue = AdmissionQueue()
  /// The calls that began while the server was down, by number.
  var probes: [Int: Probe] = [:]
  /// The calls that can be cancelled alone, by number.
  var ownTasks: [Int: OwnTask] = [:]
  /// The client's number of connections when the server refused gzip.
  var gzipRefusedAt: Int?
  /// The governor of automatic compression; nil for a fixed compression.
  var governor: CompressionGovernor?
  /// The end of the pause after the server refused every part of a batch as invalid: until then, or until the server
  /// accepts a request, no batch is searched for bad items.
  var nextIsolation: MonotonicInstant?
  /// The messages that blocking threads encode or compress.
  var threadWork: [Int: ThreadWork] = [:]
  /// The deadlines of signals that are shut down.
  var cutoffs: [OTLPSignal: Deadline] = [:]

  /// - Parameters:
  ///   - configuration: Values that ``OTLPConfiguration/validate()`` accepts.
  ///   - servers: The validated endpoints, never empty.
  ///   - governor: The initial state of automatic compression.
  package init(
    _ configuration: OTLPConfiguration, servers: [Endpoint], client: any ExportClient, loop: TelemetryLoop,
    runtime: TelemetryRuntime? = nil, limits: LearnedMessageLimits = LearnedMessageLimits(),
    governor: CompressionGovernor = CompressionGovernor(), transport: OTLPTransport = .grpc,
    diagnostics: Diagnostics,
    random: SeededRandom = SeededRandom()
  ) {
    self.configuration = configuration
    self.client = client
    self.loop = loop
    self.runtime = runtime
    self.limits = limits
    self.random = random
    server = servers.map(\.description).joined(separator: ",")
    encoder = ExportRequestEncoder(pooledBuffers: min(16, configuration.maxConcurrentExports))
    self.transport = transport
    firstServer = servers[0]
    headerSource = HeaderSource(configuration, loop: loop, diagnostics: diagnostics)
    reporter = DeliveryReporter(server: server, diagnostics: diagnostics.limited(by: loop))
    let compression = configuration.compression(to: servers)
    compressor = compression.level.map { MessageCompressor(level: $0) }
    self.governor = compression == .auto ? governor : nil
    destination = Destination(configuration.retry, maximum: configuration.maxConcurrentExports)
    publishedRoom = Atomic(destination.room(at: loop.now))
  }

  /// Counts the idle buffers in `budget`.
  package nonisolated func share(_ budget: ByteBudget) {
    encoder.share(budget)
    compressor?.share(budget)
  }

  /// Delivers `batch`, or gives up at `deadline`, or after `timeout`, in which the time of an outage doesn't count. The
  /// items are released once encoded.
  /// - Returns: The outcome. Its counts sum to the batch's count.
  package func export<Item>(
    _ batch: consuming Batch<Item>, timeout: Duration? = nil, deadline: Deadline
  ) async -> ExportOutcome {
    let signal = Item.signal
    let count = batch.encoded.itemCount
    guard count > 0 else { return ExportOutcome() }  // 1.1.13
    guard cutoffs[signal] == nil else { return refuse(count, signal) }
    let number = active.begin(signal)
    defer { exportEnded(number) }
    let metrics = metrics(of: signal)
    metrics.exportBegan(count)
    let start = loop.now
    let allowance = timeout.map { destination.allowance($0, at: start) }
    let request = encoder.encode(batch)
    _ = consume batch
    var export = ExportState(
      request, number: number, start: start, deadline: deadline, allowance: allowance, policy: configuration.retry)
    repeat {
      await deliverPart(&export)
      searchRefusedParts(&export)
    } while export.beginNextPart()
    if export.isolation.splits > 0, export.outcome.dropped[.refused] == count { pauseIsolation() }
    metrics.exportEnded(
      export.outcome, bytes: export.requestBytes, after: loop.now - export.start, failures: export.failures,
      errorType: export.errorType, status: export.status)
    return export.outcome
  }

  private func exportEnded(_ number: Int) {
    active.end(number)
    destination.exportEnded(number)
    if active.count == 0 { encoder.trim(keeping: Delivery.idleBuffers) }
  }

  /// The number of exports that can proceed: further batches may as well stay in the queue. Callable on any thread.
  package nonisolated var room: Int { publishedRoom.load(ordering: .relaxed) }

  func publishRoom(at now: MonotonicInstant) {
    let (room, before) = (destination.room(at: now), self.room)
    guard room != before else { return }
    publishedRoom.store(room, ordering: .relaxed)
    guard room > before else { return }
    for observer in roomObservers.withLock({ $0 }) { observer() }
  }

  /// Calls `observer` whenever the room grows. The observer must not block.
  package nonisolated func observeRoom(_ observer: @escaping @Sendable () -> Void) {
    roomObservers.withLock { $0.append(observer) }
  }

  /// Tries exports that would wait beyond `deadline` now, as far as the server permits.
  package func expedite(deadline: Deadline) {
    if active.count > 0 { client.expedite() }
    destination.expedite(at: loop.now)
    queue.expedite(deadline: deadline)
    admitWaiting()
  }

  /// Waits for the exports of a signal that run now.
  /// - Returns: False if they have not ended by `deadline`.
  package func flush(_ signal: OTLPSignal, deadline: Deadline) async -> Bool {
    expedite(deadline: deadline)
    guard let done = active.waitForRunning(signal) else { return true }
    if await done.value(until: deadline, on: loop) != nil { return true }
    active.forget(done)
    return false
  }

  /// Refuses new batches of a signal, and lets running exports continue until `deadline`, which ends them. A further call can only
  /// move the deadline forward.
  package func end(_ signal: OTLPSignal, deadline: Deadline) async {
    let deadline = min(deadline, cutoffs[signal] ?? .never)
    cutoffs[signal] = deadline
    expedite(deadline: deadline)
    queue.wakeAll()
    if let done = active.waitForRunning(signal) { _ = await done.value(until: deadline, on: loop) }
    endThreadWork(signal)
    await headerSource?.end(signal)
    for (_, call) in ownTasks.sorted(by: { $0.key < $1.key }) where call.signal == signal { call.task.cancel() }
  }

  /// Ends the client, after the end of all signals.
  package func close(deadline: Deadline) async {
    await headerSource?.end()
    await client.shutdown(deadline: deadline)
  }

  /// The metrics of the exporter of a signal.
  package nonisolated func selfMetrics(of signal: OTLPSignal) -> SelfMetrics { metrics(of: signal).snapshot }

  private nonisolated func metrics(of signal: OTLPSignal) -> ExporterMetrics {
    metrics.withLock { metrics in
      if let known = metrics[signal] { return known }
      let new = transport.makeMetrics(signal, server: firstServer)
      metrics[signal] = new
      return new
    }
  }

  /// The outcome of a batch after shutdown (4.8.4).
  package nonisolated func refuse(_ count: Int, _ signal: OTLPSignal) -> ExportOutcome {
    metrics(of: signal).refused(count)
    return ExportOutcome(
      dropped: [.shutdown: count], error: OTLPError(.shutdown, "the exporter was shut down before the export"))
  }
}
