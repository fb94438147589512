/// The decisions of a batch processor: when to export how much, what a flush waits for, when to give up.
///
/// It does nothing itself: inputs change its state, and `next(at:)` says step by step what is to be done now. Items have
/// sequence numbers in the order in which they were queued; those from `head` up to `tail` are in the queue. A flush is
/// a watermark in that sequence, so it has to do with what was queued before it and with nothing else.
struct BatchStateMachine {
  /// What the driver is to do.
  enum Action: Equatable {
    /// Take `count` items from the queue's front and export them.
    case export(id: UInt64, count: Int, deadline: Deadline)
    /// Cancel an export that should have ended.
    case cancel(export: UInt64)
    /// Take `count` items from the queue's front and let go of them; they are counted.
    case discard(count: Int)
    /// Call the exporter's `expedite`.
    case expediteExporter(deadline: Deadline)
    /// Call the exporter's `forceFlush`, then `exporterFlushed`.
    case flushExporter(id: UInt64, deadline: Deadline)
    /// Call the exporter's `shutdown`, then `exporterEnded`.
    case shutdownExporter(deadline: Deadline)
    /// Answer a flush or shutdown.
    case answer(id: UInt64, complete: Bool, lost: Int)
    /// Say that an export was given up, and how many calls of the exporter hang now.
    case reportAbandoned(items: Int, hanging: Int)
    /// Say that items are being dropped before they are queued.
    case reportDrops(count: Int, reason: DropReason)
    /// Say that none were dropped for a while.
    case reportRecovery(dropped: Int)
    /// Shutdown is done: let go of everything.
    case close
  }

  struct Settings {
    var maxExportBatchSize: Int
    var scheduleDelay: Duration
    var exportTimeout: Duration
    /// The exporter applies the export timeout, so an export has no deadline here but shutdown's.
    var exporterAppliesTimeout = false
    var maxConcurrentExports: Int
    /// With so many bytes queued a batch begins.
    var bytesTrigger: Int
  }

  enum Phase: Equatable {
    case open
    case draining
    case closed
  }

  struct Export {
    enum Stage: Equatable {
      case running(cancelAt: Deadline)
      case cancelled(abandonAt: Deadline)
      // Counted as lost, but the exporter's call hasn't returned yet.
      case abandoned
    }

    let id: UInt64
    let first: UInt64
    var count: Int
    let deadline: Deadline
    var stage: Stage
  }

  struct Flush {
    let id: UInt64
    let watermark: UInt64
    let deadline: Deadline
    var lost = 0
    var stage = Stage.waiting

    enum Stage: Equatable {
      case waiting
      case flushingExporter
      case exporterFlushed(Bool)
    }
  }

  struct Shutdown {
    enum Stage: Equatable {
      case draining
      case flushingExporter
      case exporterFlushed
      case endingExporter
    }

    var ids: [UInt64]
    var deadline: Deadline
    // Exports get a little less time, so that their outcome and the exporter's own end still fit in.
    var exportDeadline: Deadline
    var stage = Stage.draining
    var exporterEnded = false
    var gaveUp = false
    var lost = 0
  }

  /// A time of loss at the queue, from its first drop until none came for a while.
  struct DropEpisode {
    var reason: DropReason
    var total = 0
    var unreported = 0
    var nextReport = Deadline(.init(nanoseconds: .min))
  }

  /// How long past its deadline an export may still answer before it is cancelled, and then before it is abandoned.
  static let grace = Duration.milliseconds(50)
  static let dropReportInterval = Duration.seconds(60)
  /// The most abandoned calls whose places are given to others: an exporter that hangs once goes on, and one that hangs
  /// each time doesn't pile calls up without end.
  static let maxReplacedCalls = 4
  /// The most exports at once, whatever an exporter permits: each step looks at all of them.
  static let maxConcurrentExports = 1024

  var settings: Settings
  var phase = Phase.open
  var counts = LedgerCounts()
  var head: UInt64 = 0
  var tail: UInt64 = 0
  var inFlight = 0
  /// Everything before this has a reason to be exported now.
  var exportUpTo: UInt64 = 0
  var scheduleAt = Deadline.never
  var wakePending = false
  /// Producers that wait for room: their items ended before a shutdown that comes meanwhile.
  var waiting = 0
  var exports: [Export] = []
  var flushes: [Flush] = []
  var shutdown: Shutdown?
  /// The exporter is to be told that time is short.
  var expediteBy: Deadline?
  /// What it was told last; it attempts exports at once until then.
  var expedited: Deadline?
  var drops: DropEpisode?
  var nextID: UInt64 = 1

  init(_ settings: Settings) {
    self.settings = settings
    exports.reserveCapacity(min(settings.maxConcurrentExports, 16))
  }

  var queued: Int { Int(truncatingIfNeeded: tail &- head) }
  var ledger: Ledger { counts.ledger(queued: queued, inFlight: inFlight) }
  var hasFreeSlot: Bool { occupiedSlots < settings.maxConcurrentExports }

  /// The places that exports take: abandoned ones only beyond those that are replaced.
  var occupiedSlots: Int {
    guard abandonedCount > 0 else { return exports.count }
    return exports.count - min(abandonedCount, Self.maxReplacedCalls)
  }

  /// Calls that were given up and haven't returned.
  private(set) var abandonedCount = 0

  // MARK: Items

  /// An item was queued; true if the loop is to be woken: for the first one, which starts the schedule delay, when a
  /// batch is there that nobody is at work on, and during a shutdown, which the item has waited into.
  @inline(__always)
  mutating func enqueued(queuedBytes: Int) -> Bool {
    counts.ended &+= 1
    tail &+= 1
    guard !wakePending else { return false }
    let startsDelay = scheduleAt.isNever && head >= exportUpTo
    guard startsDelay || (isBatchReady(queuedBytes) && hasFreeSlot) || phase != .open else { return false }
    wakePending = true
    return true
  }

  /// Whether there will be room for an item whose producer waits for it.
  var admitsWaiting: Bool { phase == .open || (phase == .draining && shutdown?.stage == .draining) }

  /// A new item was dropped; true if the loop is to be woken: to say so, or because a shutdown waits for the item.
  mutating func droppedNew(_ reason: DropReason) -> Bool {
    counts.ended += 1
    counts.drop(1, reason)
    switch phase {
    case .open: return noteDrop(reason)
    case .draining where reason != .afterShutdown:
      shutdown?.lost += 1
      defer { wakePending = true }
      return !wakePending
    case .draining, .closed: return false
    }
  }

  /// The queue's oldest item was dropped to make room.
  mutating func droppedOldest(_ reason: DropReason) -> Bool {
    counts.drop(1, reason)
    lose(1, of: head, count: 1)
    head += 1
    return noteDrop(reason)
  }

  private mutating func noteDrop(_ reason: DropReason) -> Bool {
    if drops == nil { drops = DropEpisode(reason: reason) }
    drops?.total += 1
    drops?.unreported += 1
    guard drops?.total == 1, !wakePending else { return false }
    wakePending = true
    return true
  }

  /// A batch in bytes is as good as one in items, and so are half of the bytes: waiting for more would lose items.
  @inline(__always)
  private func isBatchReady(_ queuedBytes: Int) -> Bool {
    queued >= settings.maxExportBatchSize || queuedBytes >= settings.bytesTrigger
  }

  /// A producer waits for room; true if the loop is to be woken.
  mutating func producerWaits() -> Bool {
    waiting += 1
    return roomRunsShort()
  }

  /// The item of a producer that waited was queued. On the loop's thread, or the loop is woken for it.
  mutating func admitted(queuedBytes: Int) {
    waiting -= 1
    _ = enqueued(queuedBytes: queuedBytes)
  }

  /// The item of a producer that waited was dropped; true if the loop is to be woken.
  mutating func stoppedWaiting(_ reason: DropReason) -> Bool {
    waiting -= 1
    return droppedNew(reason)
  }

  /// There is no room for an item: what is queued is exported now, however little it is. True if the loop is to be
  /// woken; while all places are taken the end of an export wakes it.
  mutating func roomRunsShort() -> Bool {
    guard exportUpTo < tail, head < tail else { return false }
    exportUpTo = tail
    guard !wakePending, hasFreeSlot else { return false }
    wakePending = true
    return true
  }

  // MARK: Flush and shutdown

  /// Begins a flush; its answer comes as an action.
  mutating func flush(by deadline: Deadline) -> UInt64 {
    let id = newID()
    flushes.append(Flush(id: id, watermark: tail, deadline: deadline))
    expediteBy = min(expediteBy ?? .never, deadline)
    exportUpTo = tail
    return id
  }

  /// Closes the gate. A second call joins the first and can only shorten its time.
  mutating func shutDown(by deadline: Deadline, at now: MonotonicInstant) -> UInt64 {
    let id = newID()
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
    phase = .draining
    shutdown = Shutdown(ids: [id], deadline: deadline, exportDeadline: exportDeadline)
    scheduleAt = .never
    return id
  }

  private mutating func newID() -> UInt64 {
    defer { nextID += 1 }
    return nextID
  }

  // MARK: The exporter

  enum Ending: Equatable {
    case settled
    /// It had been given up before; what it says now changes nothing.
    case late
  }

  /// A call of `export` returned. The outcome's counts sum to the batch.
  mutating func exportEnded(_ id: UInt64, _ outcome: ExportOutcome) -> Ending {
    guard let index = exports.firstIndex(where: { $0.id == id }) else { return .late }
    let export = exports.remove(at: index)
    guard export.stage != .abandoned else {
      abandonedCount -= 1
      return .late
    }
    settle(export, outcome)
    return .settled
  }

  /// Gives an export up: its items are lost, whatever its call says later.
  mutating func abandon(_ index: Int, _ reason: DropReason) {
    exports[index].stage = .abandoned
    abandonedCount += 1
    settle(exports[index], ExportOutcome(dropped: [reason: exports[index].count]))
  }

  /// Answers a flush before its end, and says what it has lost so far.
  mutating func withdraw(flush id: UInt64) -> Int {
    guard let index = flushes.firstIndex(where: { $0.id == id }) else { return 0 }
    return flushes.remove(at: index).lost
  }

  /// The exporter's `forceFlush` returned.
  mutating func exporterFlushed(_ id: UInt64, _ done: Bool) {
    if let current = shutdown, current.stage == .flushingExporter, current.ids.first == id {
      shutdown?.stage = .exporterFlushed
      if !done { shutdown?.gaveUp = true }
    }
    if let index = flushes.firstIndex(where: { $0.id == id }) { flushes[index].stage = .exporterFlushed(done) }
  }

  /// The exporter's `shutdown` returned.
  mutating func exporterEnded() { shutdown?.exporterEnded = true }

  mutating func settle(_ export: Export, _ outcome: ExportOutcome) {
    inFlight -= export.count
    counts.add(outcome)
    lose(export.count - outcome.exported, of: export.first, count: export.count)
  }

  /// Counts a loss against those who wait for the items. Of a batch that only in part stands before a watermark it
  /// isn't known which items were lost: then as many as may be.
  private mutating func lose(_ lost: Int, of first: UInt64, count: Int) {
    guard lost > 0 else { return }
    for index in flushes.indices where first < flushes[index].watermark {
      flushes[index].lost += min(lost, Int(min(UInt64(count), flushes[index].watermark - first)))
    }
    shutdown?.lost += lost
  }

  /// Drops all that is queued.
  mutating func discardQueue(_ reason: DropReason) -> Action? {
    let count = queued
    guard count > 0 else { return nil }
    counts.drop(count, reason)
    lose(count, of: head, count: count)
    head = tail
    return .discard(count: count)
  }

  /// Takes the next batch off the queue, if it is time for one and there is a place for it.
  mutating func beginExport(at now: MonotonicInstant, queuedBytes: Int) -> Action? {
    let isDue = head < exportUpTo || phase == .draining || waiting > 0 || isBatchReady(queuedBytes)
    guard isDue, head < tail, hasFreeSlot else { return nil }
    var deadline = settings.exporterAppliesTimeout ? .never : Deadline(now + settings.exportTimeout)
    if let shutdown {
      guard !shutdown.exportDeadline.hasPassed(at: now) else { return nil }
      deadline = min(deadline, shutdown.exportDeadline)
    }
    let count = min(queued, settings.maxExportBatchSize)
    let id = newID()
    let cancelAt = Deadline(deadline.instant + BatchStateMachine.grace)
    exports.append(Export(id: id, first: head, count: count, deadline: deadline, stage: .running(cancelAt: cancelAt)))
    head += UInt64(count)
    scheduleAt = .never  // what is left waits from now on
    inFlight += count
    counts.exports += 1
    return .export(id: id, count: count, deadline: deadline)
  }

  /// Of an export that was begun just now only the first `count` items fit into a batch's bytes; the others stay.
  mutating func shorten(export id: UInt64, to count: Int) {
    guard let index = exports.lastIndex(where: { $0.id == id }), exports[index].count > count else { return }
    let rest = exports[index].count - count
    exports[index].count = count
    head -= UInt64(rest)
    inFlight -= rest
  }
}
