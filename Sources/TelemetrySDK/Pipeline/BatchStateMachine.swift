/// The decisions of a batch processor: the time and size of each export, the end of each flush and shutdown, and the time
/// when an export is given up.
///
/// Inputs change the state; `nextAction(at:queuedBytes:firstBatch:)` returns the driver's next action. Items are numbered in the
/// order in which they are queued, and those from `head` up to `tail` are in the queue. A flush is a watermark in this
/// sequence, so items that are queued after the request don't delay the flush.
///
/// ```
/// processor  open ── shutdownRequested ──▶ shuttingDown ── all requests answered ──▶ closed
///
/// shutdown   draining ── all settled ──▶ flushingExporter ── exporterFlushed ──▶ exporterFlushed ──▶ endingExporter
///               └─────────────────────────────┴─────────── exportDeadline ──────────────────────────────▲
///
/// The machine of a periodic reader has a ``CollectionSchedule`` too: its flushes and its shutdown begin in the stage `collecting`,
/// until the collection that began after the request has ended.
///
/// flush      waiting ── settled up to the watermark ──▶ flushingExporter ── exporterFlushed ──▶ exporterFlushed
///               └────────────────────────────────────────────┴── deadline, flushWithdrawn ──▶ answered ◀──┘
///
/// export     running ── cancelAt ──▶ cancelled ── abandonAt ──▶ abandoned
///               └─────────────────────────┴── exportEnded ──▶ settled  └── exportEnded ──▶ ignored
/// ```
struct BatchStateMachine {
  /// The effects, which the driver performs.
  enum Action {
    /// Takes the first batch, of `count` items, off the queue and exports it.
    case export(id: ExportID, count: Int, deadline: Deadline)
    /// Cancels the task of an overdue export.
    case cancel(export: ExportID)
    /// Empties the queue of its `count` items, which are counted as dropped.
    case discard(count: Int)
    /// Collects, for a periodic reader.
    case collection(CollectionSchedule.Action)
    /// Calls the exporter's `expedite`.
    case expediteExporter(deadline: Deadline)
    /// Calls the exporter's `forceFlush`, then `exporterFlushed`.
    case flushExporter(id: RequestID, deadline: Deadline)
    /// Calls the exporter's `shutdown`, then `exporterEnded`.
    case shutdownExporter(deadline: Deadline)
    /// Answers a flush or shutdown.
    case answer(id: RequestID, isComplete: Bool, lost: Int)
    /// Emits a diagnostic event.
    case report(DiagnosticEvent)
    /// Releases the loop and all tasks: shutdown is complete.
    case close
  }

  /// An export.
  struct ExportID: Hashable, Sendable {
    let number: UInt64
  }

  /// A request to flush or to shut down.
  struct RequestID: Hashable, Sendable {
    let number: UInt64
  }

  struct Settings {
    var maxExportBatchSize: Int
    var scheduleDelay: Duration
    var exportTimeout: Duration
    /// The exporter applies the export timeout, so only a shutdown gives an export a deadline here.
    var exporterAppliesTimeout = false
    var maxConcurrentExports: Int
    /// The queued bytes at which an export begins.
    var bytesTrigger: Int
  }

  enum Phase: Equatable {
    case open
    case shuttingDown
    case closed
  }

  struct Export {
    enum Stage: Equatable {
      case running(cancelAt: Deadline)
      case cancelled(abandonAt: Deadline)
      /// Counted as lost, but the exporter's call hasn't returned.
      case abandoned
    }

    let id: ExportID
    let first: UInt64
    var count: Int
    let deadline: Deadline
    var stage: Stage
  }

  struct Flush {
    enum Stage: Equatable {
      /// Waits for a collection, which has begun if there is an id.
      case collecting(CollectionSchedule.CollectionID?)
      case waiting
      case flushingExporter
      case exporterFlushed(Bool)
    }

    let id: RequestID
    var watermark: UInt64
    let deadline: Deadline
    var lost = 0
    var stage = Stage.waiting

    var isCollecting: Bool { if case .collecting = stage { true } else { false } }
  }

  struct Shutdown {
    enum Stage: Equatable {
      /// Waits for a collection, which has begun if there is an id.
      case collecting(CollectionSchedule.CollectionID?)
      case draining
      case flushingExporter
      case exporterFlushed
      case endingExporter
    }

    var ids: [RequestID]
    var deadline: Deadline
    /// Earlier than `deadline`, so that outcomes and the end of the exporter arrive in time.
    var exportDeadline: Deadline
    var stage = Stage.draining
    var exporterEnded = false
    var gaveUp = false
    var lost = 0

    var isCollecting: Bool { if case .collecting = stage { true } else { false } }
  }

  /// Consecutive drops of items that weren't exported, until none has been dropped for `dropReportInterval`.
  struct DropEpisode {
    var reason: DropReason
    var total = 0
    var unreported = 0
    var nextReport = Deadline(.distantPast)
  }

  /// The time from an export's deadline to the cancellation, and from the cancellation until the export is abandoned.
  static let grace = Duration.milliseconds(50)
  static let dropReportInterval = Duration.seconds(60)
  /// Abandoned calls that don't occupy a slot. The limit keeps an exporter that always hangs from piling up calls.
  static let maxReplacedCalls = 4
  /// The upper limit for `maxConcurrentExports`, since each step visits all exports.
  static let maxConcurrentExports = 1024

  // The members that each item needs stand together, in few cache lines (ARCHITECTURE P4).
  var phase = Phase.open
  var wakePending = false
  var head: UInt64 = 0
  var tail: UInt64 = 0
  /// Items before this number are exported without further delay.
  var exportUpTo: UInt64 = 0
  var scheduleAt = Deadline.never
  var counts = LedgerCounts()
  var settings: Settings
  var inFlight = 0
  /// Producers that wait for room. Their items ended before a shutdown that is requested meanwhile.
  var blockedProducers = 0
  var exports: [Export] = []
  /// Exports in the stage `abandoned`.
  var abandonedCount = 0
  var flushes: [Flush] = []
  var shutdown: Shutdown?
  /// The deadline that the exporter's next `expedite` gets.
  var expediteBy: Deadline?
  /// The deadline of the last `expedite`: until then the exporter attempts exports at once.
  var expedited: Deadline?
  var drops: DropEpisode?
  /// nil for a processor.
  var collections: CollectionSchedule?
  private var nextID: UInt64 = 1

  init(_ settings: Settings) {
    self.settings = settings
    exports.reserveCapacity(min(settings.maxConcurrentExports, 16))
  }

  var queued: Int { Int(truncatingIfNeeded: tail &- head) }
  var ledger: Ledger { counts.ledger(queued: queued, inFlight: inFlight) }

  var hasFreeSlot: Bool {
    exports.count - min(abandonedCount, Self.maxReplacedCalls) < settings.maxConcurrentExports
  }

  /// A batch of bytes counts like a batch of items, and so does half of the byte budget: waiting for more would lose items.
  @inline(__always)
  func isBatchReady(_ queuedBytes: Int) -> Bool {
    queued >= settings.maxExportBatchSize || queuedBytes >= settings.bytesTrigger
  }

  /// True if blocked producers get the room that becomes free. If false, their items are dropped.
  var admitsBlockedProducers: Bool { phase == .open || (phase == .shuttingDown && shutdown?.stage == .draining) }

  mutating func newID() -> UInt64 {
    defer { nextID += 1 }
    return nextID
  }
}

// MARK: Inputs: items

extension BatchStateMachine {
  /// An item was queued; a metric counts as `count` items, its data points.
  /// - Returns: True if the loop has to be woken: for the first item, which starts the schedule delay; for a batch that has a
  ///   free slot; and during a shutdown, for the item of a blocked producer.
  @inline(__always)
  mutating func enqueued(queuedBytes: Int, count: Int = 1) -> Bool {
    counts.totals.ended &+= count
    tail &+= UInt64(truncatingIfNeeded: count)
    guard !wakePending else { return false }
    let startsDelay = scheduleAt.isNever && head >= exportUpTo
    guard startsDelay || (isBatchReady(queuedBytes) && hasFreeSlot) || phase != .open else { return false }
    wakePending = true
    return true
  }

  /// A new item was dropped.
  /// - Returns: True if the loop has to be woken: for a report, or because a shutdown waits for the item.
  mutating func newItemDropped(_ reason: DropReason, count: Int = 1) -> Bool {
    counts.totals.ended += count
    counts.drop(count, reason)
    switch phase {
    case .open: return recordDrop(reason, count)
    case .shuttingDown where reason != .afterShutdown:
      shutdown?.lost += count
      return requestWake()
    case .shuttingDown, .closed: return false
    }
  }

  /// The oldest queued item was dropped to make room.
  /// - Returns: True if the loop has to be woken, for a report.
  mutating func oldestItemDropped(_ reason: DropReason, count: Int = 1) -> Bool {
    counts.drop(count, reason)
    lose(count, of: head, count: count)
    head += UInt64(count)
    return recordDrop(reason, count)
  }

  /// A producer waits for room.
  /// - Returns: True if the loop has to be woken.
  mutating func producerBlocked() -> Bool {
    blockedProducers += 1
    return roomRanShort()
  }

  /// The item of a blocked producer was queued, either on the loop's thread or before the loop is woken.
  mutating func blockedItemEnqueued(queuedBytes: Int, count: Int = 1) {
    blockedProducers -= 1
    _ = enqueued(queuedBytes: queuedBytes, count: count)
  }

  /// The item of a blocked producer was dropped.
  /// - Returns: True if the loop has to be woken.
  mutating func blockedItemDropped(_ reason: DropReason, count: Int = 1) -> Bool {
    blockedProducers -= 1
    return newItemDropped(reason, count: count)
  }

  /// An item found no room, so all queued items are exported without further delay.
  /// - Returns: True if the loop has to be woken. Without a free slot, the end of an export wakes it.
  mutating func roomRanShort() -> Bool {
    guard exportUpTo < tail, head < tail else { return false }
    exportUpTo = tail
    return hasFreeSlot && requestWake()
  }

  private mutating func recordDrop(_ reason: DropReason, _ count: Int) -> Bool {
    let isFirst = drops == nil
    if isFirst { drops = DropEpisode(reason: reason) }
    drops?.total += count
    drops?.unreported += count
    return isFirst && requestWake()
  }

  private mutating func requestWake() -> Bool {
    defer { wakePending = true }
    return !wakePending
  }
}

// MARK: Inputs: requests

extension BatchStateMachine {
  /// A flush was requested; an `answer` action ends it.
  mutating func flushRequested(by deadline: Deadline) -> RequestID {
    let id = RequestID(number: newID())
    var flush = Flush(id: id, watermark: tail, deadline: deadline)
    if phase == .open, collections != nil {
      flush.stage = .collecting(nil)
      collections?.demanded(by: deadline)
    }
    flushes.append(flush)
    expediteBy = min(expediteBy ?? .never, deadline)
    exportUpTo = tail
    return id
  }

  /// A shutdown was requested: no item is taken any more. A second request joins the first and can only shorten it.
  mutating func shutdownRequested(by deadline: Deadline, at now: MonotonicInstant) -> RequestID {
    let id = RequestID(number: newID())
    let margin = min(.milliseconds(100), deadline.isNever ? .zero : deadline.remaining(at: now) / 8)
    let exportDeadline = deadline.isNever ? deadline : Deadline(deadline.instant + (.zero - margin))
    expediteBy = min(expediteBy ?? .never, exportDeadline)
    if var current = shutdown {
      current.ids.append(id)
      if deadline < current.deadline {
        current.deadline = deadline
        current.exportDeadline = exportDeadline
      }
      shutdown = current
      return id
    }
    phase = .shuttingDown
    shutdown = Shutdown(ids: [id], deadline: deadline, exportDeadline: exportDeadline)
    if collections != nil {
      shutdown?.stage = .collecting(nil)
      collections?.demanded(by: exportDeadline)
      collections?.stopTicking()
    }
    scheduleAt = .never
    return id
  }

  /// A flush is to be answered without the loop.
  /// - Returns: The items that the flush has lost until now; nil if an `answer` action has ended the flush.
  mutating func flushWithdrawn(_ id: RequestID) -> Int? {
    guard let index = flushes.firstIndex(where: { $0.id == id }) else { return nil }
    return flushes.remove(at: index).lost
  }

  /// The loop has ended, or is blocked past a shutdown's deadline, so everything ends now.
  /// - Returns: The remaining actions.
  mutating func loopFailed() -> [Action] {
    guard phase != .closed else { return [] }
    let past = Deadline(.distantPast)
    if shutdown == nil { shutdown = Shutdown(ids: [], deadline: past, exportDeadline: past) }
    phase = .shuttingDown
    var actions: [Action] = []
    while phase != .closed, let action = close(inTime: false) { actions.append(action) }
    return actions
  }
}

// MARK: Inputs: the exporter

extension BatchStateMachine {
  /// A call of `export` returned. The outcome's counts sum to the batch.
  /// - Returns: False if the export was abandoned before: then the outcome doesn't count.
  mutating func exportEnded(_ id: ExportID, _ outcome: ExportOutcome) -> Bool {
    guard let index = exports.firstIndex(where: { $0.id == id }) else { return false }
    let export = exports.remove(at: index)
    guard export.stage != .abandoned else {
      abandonedCount -= 1
      return false
    }
    settle(export, outcome)
    return true
  }

  /// The exporter's `forceFlush` returned `isComplete`.
  mutating func exporterFlushed(_ id: RequestID, _ isComplete: Bool) {
    if let current = shutdown, current.stage == .flushingExporter, current.ids.first == id {
      shutdown?.stage = .exporterFlushed
      if !isComplete { shutdown?.gaveUp = true }
    }
    if let index = flushes.firstIndex(where: { $0.id == id }) { flushes[index].stage = .exporterFlushed(isComplete) }
  }

  /// The exporter's `shutdown` returned.
  mutating func exporterEnded() { shutdown?.exporterEnded = true }
}
