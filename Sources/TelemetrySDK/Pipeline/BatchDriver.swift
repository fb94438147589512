internal import Synchronization

/// Drives a ``BatchStateMachine`` for a processor: the queue and the machine behind one lock, and the loop's thread,
/// which performs the machine's actions.
///
/// Any thread may queue items and request flushes and shutdowns; the machine determines whether the loop is woken.
@safe
final class BatchDriver<Item: BatchItem>: LoopHandler {
  typealias ExportID = BatchStateMachine.ExportID
  typealias RequestID = BatchStateMachine.RequestID
  typealias Answer = @Sendable (FlushReport) -> Void

  /// The processor's kind, by its name in `otel.component.type` (RULES 4.13.1).
  enum Kind: String {
    case batching
    case simple
    /// A periodic reader's.
    case periodic
  }

  // A single lock guards the state, held while an item's bytes are copied.
  struct State: ~Copyable {
    /// `onEnd` queues an item directly while fewer items than this are queued: 0 while producers wait for room.
    var openRoom: Int
    var queue: BatchQueue
    var machine: BatchStateMachine
    var producers = ProducerQueue()
    var answers: [RequestID: Answer] = [:]
    var exports: [ExportID: RunningExport] = [:]
    var timer: (id: TelemetryLoop.TimerID, deadline: Deadline)?
    var reporter = ExportReporter()
    var didReportAfterShutdown = false
    var collection = CollectionState()
  }

  struct RunningExport {
    /// nil once the export has begun.
    var batch: EncodedBatch?
    var task: Task<Void, Never>?
    let bytes: Int
  }

  let loop: TelemetryLoop
  let exporter: any Exporter<Item>
  /// The exporter, if it belongs to this package.
  let loopExporter: (any LoopExporter<Item>)?
  let diagnostics: Diagnostics
  let budget: ByteBudget
  let configuration: BatchConfiguration
  let maxQueueSize: Int
  // Lock and state are separate, since the state of a `Locked` would have to be copyable.
  // SAFETY: allocated in init, freed in deinit, and accessed only under the lock.
  let lock = Locked<Void>(())
  nonisolated(unsafe) let storage: UnsafeMutablePointer<State>
  let kind: Kind
  /// The metrics that a periodic reader collects; nil for a processor.
  let source: MetricSource?
  /// nil in a simulation, where the caller runs the loop.
  let lease: TelemetryRuntime.Lease?
  let component: ComponentID
  let registration = Atomic<UInt64>(0)

  /// Uses the exporter's loop, if that loop belongs to `runtime`.
  convenience init(
    exporter: any Exporter<Item>, configuration: BatchConfiguration, kind: Kind, runtime: TelemetryRuntime,
    diagnostics: Diagnostics
  ) throws {
    let lease = try runtime.acquire(preferring: (exporter as? any LoopExporter)?.loop)
    self.init(
      exporter: exporter, configuration: configuration, kind: kind, loop: lease.loop, lease: lease,
      diagnostics: diagnostics)
  }

  init(
    exporter: any Exporter<Item>, configuration: BatchConfiguration, kind: Kind, loop: TelemetryLoop,
    lease: TelemetryRuntime.Lease? = nil, diagnostics: Diagnostics, source: MetricSource? = nil
  ) {
    component = ComponentID(
      type: kind == .periodic
        ? "periodic_metric_reader" : "\(kind.rawValue)_\(SelfMetrics.Item(Item.signal).rawValue)_processor")
    self.source = source
    self.exporter = exporter
    loopExporter = exporter as? any LoopExporter<Item>
    self.configuration = configuration
    maxQueueSize = configuration.maxQueueSize
    self.kind = kind
    self.loop = loop
    self.lease = lease
    self.diagnostics = diagnostics.limited(by: loop)
    budget = ByteBudget(limit: configuration.maxQueueBytes)
    var machine = BatchStateMachine(
      Self.settings(configuration, exporterAppliesTimeout: loopExporter?.appliesExportTimeout ?? false))
    machine.collections = source?.schedule(at: loop.now)
    unsafe storage = .allocate(capacity: 1)
    unsafe storage.initialize(to: Self.state(machine, configuration, budget))
    start()
  }

  private static func settings(
    _ configuration: BatchConfiguration, exporterAppliesTimeout: Bool
  ) -> BatchStateMachine.Settings {
    BatchStateMachine.Settings(
      maxExportBatchSize: configuration.maxExportBatchSize, scheduleDelay: configuration.scheduleDelay,
      exportTimeout: configuration.exportTimeout, exporterAppliesTimeout: exporterAppliesTimeout,
      maxConcurrentExports: 1,
      bytesTrigger: min(configuration.maxQueueBytes / 2, configuration.maxExportBatchBytes))
  }

  private func start() {
    let slots = slots  // outside the lock: it calls the exporter
    withState { $0.machine.settings.maxConcurrentExports = slots }
    registration.store(loop.register(self).rawValue, ordering: .relaxed)
    if let loopExporter {
      let roomGrew: @Sendable () -> Void = { [weak self] in
        if let self { self.loop.notify(self.token) }
      }
      budget.observeRoom(roomGrew)
      loopExporter.share(budget)
      loopExporter.observeRoom(roomGrew)
    }
    if lease != nil { Fork.join(self) }  // a simulation doesn't fork
    warnOfLongAttempts()
    if source != nil { loop.notify(token) }  // arms the timer of the first collection
  }

  deinit {
    if lease != nil { Fork.leave(self) }
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  static func state(
    _ machine: BatchStateMachine, _ configuration: BatchConfiguration, _ budget: ByteBudget
  ) -> State {
    // A full queue of the default size, and the batch that is sent, circulate without an allocation.
    let batches = configuration.maxQueueSize / configuration.maxExportBatchSize + 1
    let queue = BatchQueue(
      maxItems: configuration.maxExportBatchSize, maxBytes: configuration.maxExportBatchBytes,
      pooledBlocks: min(max(batches, 2), 8), countsDataPoints: Item.signal == .metrics)
    queue.share(budget)
    return State(openRoom: configuration.maxQueueSize, queue: queue, machine: machine)
  }

  /// The maximum number of exports that may run at once now.
  var slots: Int {
    switch kind {
    case .batching: max(1, min(exporter.maxConcurrentExports, BatchStateMachine.maxConcurrentExports))
    case .simple, .periodic: 1  // RULES 4.15.2
    }
  }

  /// An attempt that may take longer than the whole export leaves no time for a retry; the shorter time holds (RULES D3).
  private func warnOfLongAttempts() {
    guard let attempt = loopExporter?.attemptTimeout, attempt > configuration.exportTimeout else { return }
    diagnostics.emit(
      .warning, "the time for one attempt exceeds the export timeout, which holds",
      [("attemptTimeout", "\(attempt)"), ("exportTimeout", "\(configuration.exportTimeout)")])
  }

  func withState<Result>(_ body: (inout State) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return unsafe body(&storage.pointee)
  }

  var token: HandlerToken { HandlerToken(rawValue: registration.load(ordering: .relaxed)) }

  var ledger: Ledger { withState { $0.machine.ledger } }

  var selfMetrics: SelfMetrics {
    let metrics = withState { state in
      ProcessorMetrics(
        queued: state.machine.queued, maxQueueSize: maxQueueSize,
        handedOver: state.machine.counts.returned + state.machine.inFlight, dropped: state.machine.counts.droppedBefore,
        bytesHeld: budget.used, maxBytes: budget.limit)
    }
    guard source != nil else { return metrics.selfMetrics(component, SelfMetrics.Item(Item.signal)) }
    return metrics.readerMetrics(component, withState { $0.collection.durations })
  }

  @inline(__always)
  func onEnd(_ item: Item) {
    unsafe item.withField(maxBytes: budget.limit) { field in
      if let field = unsafe field {
        unsafe enqueue(field, item.resource, item.scope, count: item.itemCount)
      } else {
        dropTooLarge(count: item.itemCount)
      }
    }
  }

  /// Queues an item, which is a field of its scope.
  /// - Parameter count: What the ledger counts of the item. A metric without data points isn't worth a request.
  @unsafe
  @inline(__always)
  func enqueue(
    _ item: UnsafeRawBufferPointer, _ resource: Resource, _ scope: InstrumentationScope, count: Int = 1
  ) {
    guard count > 0 else { return }
    lock.lock()
    if unsafe storage.pointee.machine.phase == .open, unsafe storage.pointee.queue.count < storage.pointee.openRoom,
      budget.take(item.count)
    {
      unsafe storage.pointee.queue.append(item, resource, scope, count: count)
      let wake = unsafe storage.pointee.machine.enqueued(
        queuedBytes: storage.pointee.queue.bytes, count: count)
      lock.unlock()
      if wake { loop.notify(token) }
    } else {
      lock.unlock()
      unsafe overflowed(item, resource, scope, count)
    }
  }
}

extension BatchDriver where Item == SpanData {
  @inline(__always)
  func onEnd(_ span: RecordingSpan) {
    guard span.context.isSampled, let record = span.record else { return }
    record.withSource { unsafe enqueue(record.field, $0.resource, $0.scope) }
  }
}
