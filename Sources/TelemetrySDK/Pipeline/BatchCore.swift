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
    var producers: [BlockingSemaphore] = []  // blocked for want of room, the first to come first
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
    exportTimeout = configuration.exportTimeout
    self.maxConcurrentExports = maxConcurrentExports
    overflow = configuration.overflow
    budget = ByteBudget(limit: configuration.maxQueueBytes)
    let machine = BatchMachine(
      .init(
        maxExportBatchSize: configuration.maxExportBatchSize, scheduleDelay: configuration.scheduleDelay,
        exportTimeout: configuration.exportTimeout,
        exporterAppliesTimeout: loopExporter?.appliesExportTimeout ?? false,
        maxConcurrentExports: max(1, min(maxConcurrentExports, exporter.maxConcurrentExports)),
        maxQueueBytes: configuration.maxQueueBytes))
    unsafe storage = .allocate(capacity: 1)
    unsafe storage.initialize(to: State(machine: machine, ring: ItemRing(capacity: configuration.maxQueueSize)))
    registration.store(loop.register(self), ordering: .relaxed)
    loopExporter?.share(budget)
    loopExporter?.observeRoom { [weak self] in
      if let self { self.loop.notify(self.token) }
    }
    if lease != nil { Fork.join(self) }  // a simulation doesn't fork
    warnOfTimeouts(configuration.exportTimeout)
  }

  /// Attempts that may take longer than the whole leave no time to try again (DESIGN 4); the smaller time holds.
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

  var token: UInt64 { registration.load(ordering: .relaxed) }

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

  private enum Verdict {
    case done(wake: Bool, isFirstLate: Bool = false)
    case wait(BlockingSemaphore)

    var isWait: Bool { if case .wait = self { true } else { false } }
  }

  @inline(__always)
  func onEnd(_ item: consuming Item) {
    let size = item.encodedSizeBound
    lock.lock()
    if unsafe storage.pointee.machine.phase == .open, unsafe storage.pointee.ring.count < maxQueueSize,
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

  /// The queue is full or closed. Out of line: the usual way shall stay small.
  @inline(never)
  private func overflowed(_ item: consuming Item, _ size: Int) {
    var item: Item? = consume item
    var waitsUntil: Deadline?
    if case .block(let limit) = overflow, TelemetryLoop.current == nil { waitsUntil = Deadline(.system + limit) }
    var isRetry = false
    while true {
      var evicted: [Item] = []  // released outside the lock
      let verdict = withState { state in
        let verdict = offer(&item, size, &state, canWait: waitsUntil != nil, isRetry: isRetry, evicted: &evicted)
        state.machine.waiting += (verdict.isWait ? 1 : 0) - (isRetry ? 1 : 0)
        return verdict
      }
      switch verdict {
      case .done(let wake, let isFirstLate):
        if wake { loop.notify(token) }
        if isFirstLate { diagnostics.emit(.warning, "items that end after shutdown are dropped") }
        return
      case .wait(let turn):
        isRetry = true
        if let end = waitsUntil, !turn.wait(until: end) {
          waitsUntil = nil
          withState { state in state.producers.removeAll { $0 === turn } }
        }
      }
    }
  }

  private func offer(
    _ item: inout Item?, _ size: Int, _ state: inout State, canWait: Bool, isRetry: Bool, evicted: inout [Item]
  ) -> Verdict {
    // One that waited for room ended before the shutdown: there is room when a batch has left.
    guard state.machine.phase == .open || (isRetry && state.machine.admitsWaiting) else {
      let wake = state.machine.droppedNew(isRetry ? .shutdown : .afterShutdown)
      defer { state.saidAfterShutdown = true }
      return .done(wake: wake, isFirstLate: !state.saidAfterShutdown && !isRetry)
    }
    while let reason = obstacle(size, state) {
      switch overflow {
      case .dropOldest where state.ring.count > 0 && size <= budget.available + budget.reserve + state.ring.bytes:
        let (oldest, oldSize) = state.ring.removeFirst()
        evicted.append(oldest)
        budget.give(oldSize)
        if state.machine.droppedOldest(reason) { loop.notify(token) }
      case .block where canWait && size <= budget.limit:
        let turn = BlockingSemaphore()
        state.producers.append(turn)
        return .wait(turn)
      default:
        return .done(wake: state.machine.droppedNew(reason))
      }
    }
    state.ring.append(item.take()!, bytes: size)
    return .done(wake: state.machine.enqueued(queuedBytes: state.ring.bytes))
  }

  /// Why the item can't be queued; with nil its bytes are taken.
  private func obstacle(_ size: Int, _ state: borrowing State) -> DropReason? {
    if state.ring.count >= maxQueueSize { return .queueFull }
    return budget.takeReclaiming(size) ? nil : .byteBudget
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
    let (answer, ledger) = withState { ($0.answers.removeValue(forKey: id), $0.machine.ledger) }
    answer?(FlushReport(isComplete: false, lost: 0, ledger: ledger))
  }

  /// Ends everything without the loop: it is gone, or something blocks it past a shutdown's deadline.
  func forceClose() {
    let end = withState { state in close(&state) }
    for task in end.tasks { task.cancel() }
    for turn in end.producers { turn.signal() }
    // All is applied by now, so every answer gets the final ledger.
    let ledger = ledger
    for (answer, complete, lost) in end.answers {
      answer(FlushReport(isComplete: complete, lost: lost, ledger: ledger))
    }
    letGo()
  }

  private struct End: Sendable {
    var answers: [(Answer, complete: Bool, lost: Int)] = []
    var discarded: [Item] = []
    var producers: [BlockingSemaphore] = []
    var tasks: [Task<Void, Never>] = []
  }

  private func close(_ state: inout State) -> End {
    var end = End()
    for action in state.machine.forceClose() {
      switch action {
      case .answer(let id, let complete, let lost):
        if let answer = state.answers.removeValue(forKey: id) { end.answers.append((answer, complete, lost)) }
      case .discard(let count):
        let (items, bytes) = state.ring.removeFirst(count)
        budget.give(bytes)
        end.discarded = items
      default: break
      }
    }
    end.producers = state.takeProducers(.max)
    end.tasks = state.exports.values.compactMap(\.task)
    return end
  }

  func letGo() {
    loop.unregister(token)
    lease?.end()
  }

  func loopEnded() { forceClose() }
}

extension BatchCore.State {
  /// Takes out as many blocked producers as there is room for.
  mutating func takeProducers(_ room: Int) -> [BlockingSemaphore] {
    guard !producers.isEmpty else { return [] }
    let turns = Array(producers.prefix(room))
    producers.removeFirst(turns.count)
    return turns
  }
}
