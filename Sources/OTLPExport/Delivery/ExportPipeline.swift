internal import OTLPWire
internal import Synchronization
package import TelemetryCore
package import TelemetrySDK

/// Delivers batches over one transport: encodes, splits, compresses, tries again, and accounts for every item. It lives
/// on its event loop.
package actor ExportPipeline {
  /// What the pipeline goes by.
  package struct Configuration: Sendable {
    package var compression = OTLPCompression.none
    /// Where automatic compression begins: what is known of its costs.
    package var governor = CompressionGovernor()
    /// Of one attempt; zero for no limit of its own.
    package var timeout = Duration.seconds(10)
    /// In bytes before compression; 0 for no limit.
    package var maxRequestSize = 64 << 20
    package var retry = OTLPRetryPolicy()
    /// How many calls may be open at once, when the server takes them quickly (``ConcurrencyLimit``).
    package var maxConcurrentCalls = 16
    /// Gives headers for each request.
    package var headerProvider: HeaderProvider?
    /// Sent along with the provider's headers; without a provider they are the transport's.
    package var headers = OTLPHeaders()
    /// What servers take at most, as they told (RULES D1); shared by exporters.
    package var limits = MessageLimits()
    /// The server's name in messages.
    package var server = ""
    /// What the pipeline's metrics are named after.
    package var labels = ExporterMetrics.Labels()

    package init() {}
  }

  package nonisolated let loop: TelemetryLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  let configuration: Configuration
  let transport: any OTLPTransport
  let compressor: MessageCompressor?
  let headerSource: HeaderSource?
  /// Where large compressions run; nil in a simulation.
  let runtime: TelemetryRuntime?
  private let encoder: ExportRequestEncoder
  // Of the encoder, kept while nothing is exported.
  private static let idleBuffers = 4
  private let metrics: ExporterMetrics

  var calls = ActiveExports()
  var reporter: DeliveryReporter
  var random: SeededRandom
  /// What the server's answers say about the next call.
  var destination: Destination
  var queue = AdmissionQueue()
  /// The calls that began while the server was down, by number.
  var probes: [Int: Probe] = [:]
  private nonisolated let publishedRoom: Atomic<Int>
  /// Called when there is more room.
  private nonisolated let roomObservers = Locked<[@Sendable () -> Void]>([])
  /// The number of connections when the server refused gzip.
  var gzipRefusedAt: Int?
  /// Of automatic compression.
  var governor: CompressionGovernor?
  /// The server refused each part of a batch as invalid: until it takes something, or until then, no other batch is
  /// searched for bad items.
  var nextIsolation: MonotonicInstant?
  /// Shutdown's deadline, once there is one.
  var cutoff: Deadline?

  package init(
    _ configuration: Configuration, transport: any OTLPTransport, loop: TelemetryLoop, runtime: TelemetryRuntime? = nil,
    diagnostics: Diagnostics, random: SeededRandom = SeededRandom()
  ) {
    self.configuration = configuration
    self.transport = transport
    self.loop = loop
    self.runtime = runtime
    self.random = random
    encoder = ExportRequestEncoder(pooledBuffers: min(16, configuration.maxConcurrentCalls))
    metrics = ExporterMetrics(configuration.labels)
    headerSource = configuration.headerProvider.map {
      HeaderSource(
        $0, base: configuration.headers, attemptTimeout: configuration.timeout, loop: loop, diagnostics: diagnostics)
    }
    reporter = DeliveryReporter(server: configuration.server, diagnostics: diagnostics.limited(by: loop))
    compressor = configuration.compression.level.map { MessageCompressor(level: $0) }
    destination = Destination(configuration.retry, maximum: configuration.maxConcurrentCalls)
    publishedRoom = Atomic(destination.room(at: loop.now))
    governor = configuration.compression == .auto ? configuration.governor : nil
  }

  /// Counts the buffers that lie ready in `budget`.
  package nonisolated func share(_ budget: ByteBudget) {
    encoder.share(budget)
    compressor?.share(budget)
  }

  /// Delivers `batch`, or gives up by `deadline`, or after `timeout`, in which the time of an outage doesn't count. The
  /// counts sum to the batch's. The spans are let go of once encoded.
  package func export(
    _ batch: consuming [SpanData], timeout: Duration? = nil, deadline: Deadline
  ) async -> ExportOutcome {
    let count = batch.count
    guard count > 0 else { return ExportOutcome() }  // 1.1.13
    guard cutoff == nil else { return refuse(count) }
    let number = calls.begin()
    defer { ended(number) }
    metrics.began(count)
    let start = loop.now
    var allowance = timeout.map { destination.allow($0, at: start) }
    var record = ExportRecord(start: start)
    var outcome = ExportOutcome()
    var current = Piece(request: encoder.encode(batch))
    _ = consume batch
    var others: [Piece] = []
    var refused: [Delivery] = []
    var isolation = Isolation(itemCount: count)
    while true {
      var delivery = Delivery(
        piece: current, number: number, deadline: deadline, allowance: allowance, policy: configuration.retry,
        isolation: isolation)
      let remainder = await deliver(&delivery, &outcome)
      isolation = delivery.isolation
      allowance = delivery.allowance
      switch remainder {
      case .settled: record.add(delivery, hasParts: false, outcome)
      case .pieces(let pieces):
        record.add(delivery, hasParts: true, outcome)
        others.append(contentsOf: pieces.reversed())  // what comes first in the batch is sent first
      case .refused:
        record.add(delivery, hasParts: true, outcome)
        refused.append(delivery)
      }
      if others.isEmpty, !refused.isEmpty {
        others = searchRefused(&refused, &isolation, &record, &outcome).reversed()
      }
      guard let next = others.popLast() else { break }
      current = next
    }
    isolationEnded(isolation, outcome)
    metrics.ended(count, outcome, record, at: loop.now)
    return outcome
  }

  private func ended(_ number: Int) {
    calls.end(number)
    destination.ended(export: number)
    if calls.count == 0 { encoder.trim(keeping: ExportPipeline.idleBuffers) }
  }

  /// How many exports there is something to do for: what has to wait anyway may as well stay where it is. Any thread.
  package nonisolated var room: Int { publishedRoom.load(ordering: .relaxed) }

  func publishRoom() {
    let (room, before) = (destination.room(at: loop.now), self.room)
    guard room != before else { return }
    publishedRoom.store(room, ordering: .relaxed)
    guard room > before else { return }
    for observer in roomObservers.withLock({ $0 }) { observer() }
  }

  /// Calls `observer` each time that there is more room than before. It must not block.
  package nonisolated func observeRoom(_ observer: @escaping @Sendable () -> Void) {
    roomObservers.withLock { $0.append(observer) }
  }

  /// A flush or shutdown ends at `deadline`: what would wait beyond it is tried now, as far as the server permits.
  package func expedite(deadline: Deadline) {
    if calls.count > 0 { Task(executorPreference: loop) { [transport] in await transport.expedite() } }
    destination.expedite(at: loop.now)
    queue.expedite(deadline: deadline)
    advance()
  }

  /// Waits for the exports that run now; false if they haven't ended by `deadline`.
  package func flush(deadline: Deadline) async -> Bool {
    expedite(deadline: deadline)
    guard let done = calls.waitForRunning() else { return true }
    return await done.value(until: deadline, on: loop) != nil
  }

  /// Takes no more batches, gives those that run until `deadline`, then ends them and the transport. A further call can
  /// only bring the deadline forward.
  package func shutdown(deadline: Deadline) async {
    let deadline = min(deadline, cutoff ?? .never)
    cutoff = deadline
    expedite(deadline: deadline)
    queue.lookAgain()
    if let done = calls.waitForRunning() { _ = await done.value(until: deadline, on: loop) }
    await headerSource?.end()
    await transport.shutdown(deadline: deadline)
  }

  /// What the pipeline measures of itself.
  package nonisolated var selfMetrics: SelfMetrics { metrics.snapshot }

  /// The outcome of a batch that comes after shutdown (4.8.4).
  package nonisolated func refuse(_ count: Int) -> ExportOutcome {
    metrics.refused(count)
    return ExportOutcome(
      dropped: [.shutdown: count], error: OTLPError(.shutdown, "the exporter was shut down before the export"))
  }
}

/// A part of a batch on its way.
struct Piece: Sendable {
  var request: ExportRequest
  /// An earlier request that held these items may have been delivered.
  var mayHaveBeenDelivered = false
  /// They are counted as possible duplicates.
  var isCounted = false
}
