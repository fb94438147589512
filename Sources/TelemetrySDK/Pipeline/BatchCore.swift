internal import Synchronization

/// What the processors share: the queue and its machine behind one lock, and the driver that runs on the event loop.
///
/// Any thread hands in items and asks for flushes; only the loop's thread carries out what the machine decides.
@safe
final class BatchCore<Item: BatchItem>: LoopHandler {
  typealias Answer = @Sendable (FlushReport) -> Void

  // One lock over everything: it is held for a few instructions per item, and for moving a batch.
  struct State: ~Copyable {
    var machine: BatchMachine
    var ring: ItemRing<Item>
    var producers = BlockedProducers<Item>()
    /// Up to so many queued items a new one is taken at once: none, while others wait for room.
    var openRoom: Int
    var answers: [UInt64: Answer] = [:]
    var exports: [UInt64: Running] = [:]
    var timer: (id: TelemetryLoop.TimerID, deadline: Deadline)?
    var failures = FailureWatch()
    var saidAfterShutdown = false
  }

  struct Running {
    /// Until the export begins.
    var items: [Item]?
    var task: Task<Void, Never>?
    let count: Int
    let bytes: Int
  }

  let loop: TelemetryLoop
  let exporter: any Exporter<Item>
  /// The exporter, if it is one of this package.
  let loopExporter: (any LoopExporter<Item>)?
  let diagnostics: Diagnostics
  let budget: ByteBudget
  let overflow: OverflowPolicy
  // A lock beside its state instead of a `Locked<State>`, whose closure can't take over the item: it would be copied.
  // SAFETY: allocated in init, freed in deinit, and touched under the lock only.
  let lock = Locked<Void>(())
  nonisolated(unsafe) let storage: UnsafeMutablePointer<State>
  let maxQueueSize: Int
  let maxExportBatchSize: Int
  let maxExportBatchBytes: Int
  let exportTimeout: Duration
  /// Of a processor that never overlaps exports, whatever its exporter says.
  let maxConcurrentExports: Int
  let lease: TelemetryRuntime.Lease?
  let component: TelemetryComponent
  let registration = Atomic<UInt64>(0)

  init(
    exporter: any Exporter<Item>, configuration: BatchConfiguration, maxConcurrentExports: Int = .max,
    loop: TelemetryLoop,
    lease: TelemetryRuntime.Lease?, diagnostics: Diagnostics, kind: String
  ) {
    component = TelemetryComponent(type: "\(kind)_\(Item.metricsItem.rawValue)_processor")
    self.exporter = exporter
    loopExporter = exporter as? any LoopExporter<Item>
    self.loop = loop
    self.lease = lease
    self.diagnostics = diagnostics.limited(by: loop)
    maxQueueSize = configuration.maxQueueSize
    maxExportBatchSize = configuration.maxExportBatchSize
    maxExportBatchBytes = configuration.maxExportBatchBytes
    exportTimeout = configuration.exportTimeout
    self.maxConcurrentExports = maxConcurrentExports
    overflow = configuration.overflow
    budget = ByteBudget(limit: configuration.maxQueueBytes)
    let machine = BatchMachine(
      .init(
        maxExportBatchSize: configuration.maxExportBatchSize, scheduleDelay: configuration.scheduleDelay,
        exportTimeout: configuration.exportTimeout,
        exporterAppliesTimeout: loopExporter?.appliesExportTimeout ?? false,
        maxConcurrentExports: 1,
        bytesTrigger: min(configuration.maxQueueBytes / 2, configuration.maxExportBatchBytes)))
    unsafe storage = .allocate(capacity: 1)
    unsafe storage.initialize(to: Self.state(machine, maxQueueSize, maxExportBatchSize))
    let slots = slots  // outside the lock: it asks the exporter
    withState { $0.machine.settings.maxConcurrentExports = slots }
    registration.store(loop.register(self).rawValue, ordering: .relaxed)
    loopExporter?.share(budget)
    loopExporter?.observeRoom { [weak self] in
      if let self { self.loop.notify(self.token) }
    }
    if lease != nil { Fork.join(self) }  // a simulation doesn't fork
    warnOfTimeouts(configuration.exportTimeout)
  }

  static func state(_ machine: BatchMachine, _ maxQueueSize: Int, _ batchSize: Int) -> State {
    // The default queue's memory is kept, and what two batches need: one is filled while the other is being taken.
    let kept = max(2 * batchSize, BatchConfiguration.standardQueueSize)
    return State(machine: machine, ring: ItemRing(capacity: maxQueueSize, keeping: kept), openRoom: maxQueueSize)
  }

  /// How many exports may run at once now.
  var slots: Int { max(1, min(maxConcurrentExports, exporter.maxConcurrentExports, BatchMachine.maxConcurrentExports)) }

  /// Attempts that may take longer than the whole leave no time to try again (RULES D3); the smaller time holds.
  private func warnOfTimeouts(_ exportTimeout: Duration) {
    guard let attempt = loopExporter?.attemptTimeout, attempt > exportTimeout else { return }
    diagnostics.emit(
      .warning, "the time for one attempt exceeds the export timeout, which holds",
      [("attemptTimeout", "\(attempt)"), ("exportTimeout", "\(exportTimeout)")])
  }

  deinit {
    if lease != nil { Fork.leave(self) }
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  func withState<Result>(_ body: (inout State) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return unsafe body(&storage.pointee)
  }

  var token: HandlerToken { HandlerToken(rawValue: registration.load(ordering: .relaxed)) }

  var ledger: Ledger { withState { $0.machine.ledger } }

  var selfMetrics: SelfMetrics {
    let measured = withState { state in
      ProcessorMeasurements(
        queued: state.machine.queued, maxQueueSize: maxQueueSize,
        handedOver: state.machine.counts.settled + state.machine.inFlight, lost: state.machine.counts.lost,
        bytesHeld: budget.used, maxBytes: budget.limit)
    }
    return measured.metrics(component, Item.metricsItem)
  }

  /// Bytes that queue and exports hold now.
  var bytesHeld: Int { budget.used }

  // MARK: Items

  @inline(__always)
  func onEnd(_ item: consuming Item) {
    let size = max(0, item.encodedSizeBound)  // from whoever wrote the item's type
    lock.lock()
    if unsafe storage.pointee.machine.phase == .open, unsafe storage.pointee.ring.count < storage.pointee.openRoom,
      budget.take(size)
    {
      unsafe storage.pointee.ring.append(item, bytes: size)
      let wake = unsafe storage.pointee.machine.enqueued(queuedBytes: storage.pointee.ring.bytes)
      lock.unlock()
      if wake { loop.notify(token) }
    } else {
      lock.unlock()
      overflowed(item, size)
    }
  }

  // MARK: Flush and shutdown

  enum Request {
    case flush
    case shutdown
  }

  /// Begins a flush or a shutdown; `answer` is called once, on whatever thread.
  @discardableResult
  func request(_ request: Request, within limit: Duration, _ answer: @escaping Answer) -> UInt64? {
    let now = loop.now
    let deadline = Deadline(now + max(.zero, limit))
    let (id, closed) = withState { state -> (UInt64?, Ledger?) in
      guard state.machine.phase != .closed else { return (nil, state.machine.ledger) }
      let id =
        request == .flush ? state.machine.flush(by: deadline) : state.machine.shutDown(by: deadline, at: now)
      state.answers[id] = answer
      return (id, nil)
    }
    if let closed {
      answer(FlushReport(isComplete: true, lost: 0, ledger: closed))
    } else if !loop.notify(token) {
      forceClose()
    }
    return id
  }

  /// Answers a flush now, with what there is, unless it has been answered.
  func withdraw(_ id: UInt64) {
    let (answer, lost, ledger) = withState { state in
      (state.answers.removeValue(forKey: id), state.machine.withdraw(flush: id), state.machine.ledger)
    }
    answer?(FlushReport(isComplete: false, lost: lost, ledger: ledger))
  }

  func loopEnded() { forceClose() }
}
