import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// Each input in random order, and the moments at which the loop is woken.
@Suite(.ownThreads) struct BatchStateMachineTests {
  @Test("the loop is woken for the first item and for a full batch only, and an empty queue has no deadline")
  func wakes() {
    var machine = BatchStateMachine(.small)
    let wakes = (0..<9).map { _ in machine.enqueued(queuedBytes: 0) }
    #expect(wakes == [true, false, false, false, false, false, false, false, false])
    // The loop has handled the first wake, so reaching a batch of ten causes the second.
    let none = machine.nextAction(at: .zero, queuedBytes: 0, firstBatch: min(10, machine.queued))
    #expect(none == nil && machine.nextDeadline == Deadline(.zero + .seconds(5)))
    let later = (0..<2).map { _ in machine.enqueued(queuedBytes: 0) }
    #expect(later == [true, false])
    guard
      case .export(let id, 10, _) = machine.nextAction(at: .zero, queuedBytes: 0, firstBatch: min(10, machine.queued))
    else {
      Issue.record("no export")
      return
    }
    _ = machine.nextAction(at: .zero, queuedBytes: 0, firstBatch: min(10, machine.queued))
    _ = machine.exportEnded(id, .success.resolved(count: 10))
    let nothing = machine.nextAction(at: .zero, queuedBytes: 0, firstBatch: min(10, machine.queued))
    #expect(nothing == nil && machine.nextDeadline == Deadline(.zero + .seconds(5)))
    guard
      case .export(let last, 1, _) = machine.nextAction(
        at: .zero + .seconds(5), queuedBytes: 0, firstBatch: min(10, machine.queued))
    else {
      Issue.record("no export")
      return
    }
    _ = machine.exportEnded(last, .success.resolved(count: 1))
    let idle = machine.nextAction(at: .zero + .seconds(5), queuedBytes: 0, firstBatch: min(10, machine.queued))
    #expect(idle == nil && machine.nextDeadline == .never)
  }

  @Test("a flush whose answer is decided can't be withdrawn, so its losses aren't reported as none")
  func withdrawnFlush() {
    var machine = BatchStateMachine(.small)
    _ = machine.enqueued(queuedBytes: 0)
    let waiting = machine.flushRequested(by: .never)
    #expect(machine.flushWithdrawn(waiting) == 0)
    let decided = machine.flushRequested(by: Deadline(.zero))
    _ = machine.oldestItemDropped(.queueFull)
    guard
      case .answer(decided, true, 1) = machine.nextAction(
        at: .zero, queuedBytes: 0, firstBatch: min(10, machine.queued))
    else {
      Issue.record("no answer")
      return
    }
    #expect(machine.flushWithdrawn(decided) == nil)
  }

  @Test("the ledger stays balanced for inputs in random order", arguments: 0..<200)
  func machine(_ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var settings = BatchStateMachine.Settings.small
    settings.maxConcurrentExports = 1 + random.next(3)
    settings.exportTimeout = .milliseconds(500)
    var machine = BatchStateMachine(settings)
    if seed % 2 == 1 {
      machine.collections = CollectionSchedule(
        interval: .milliseconds(300), timeout: .milliseconds(700), producers: random.next(4), at: .zero)
    }
    var model = Model()
    var now = MonotonicInstant.zero
    for step in 0..<600 {
      // Several inputs may arrive before the loop runs.
      for _ in 0...random.next(8) { applyInput(random.next(step < 500 ? 43 : 44), &machine, &model, now, &random) }
      // A batch may have fewer items than the most, because of their bytes.
      while let action = machine.nextAction(
        at: now, queuedBytes: machine.queued * 100,
        firstBatch: min(machine.queued, 1 + random.next(settings.maxExportBatchSize)))
      {
        model.apply(action, waiting: machine.blockedProducers)
        model.endCollections(&machine, &random)
        #expect(machine.ledger.isBalanced, "seed \(seed) step \(step)")
      }
      check(machine, model, settings, now, "seed \(seed) step \(step)")
      if random.next(3) == 0 { now = now + .milliseconds(random.next(200)) }
    }
    _ = machine.shutdownRequested(by: Deadline(now), at: now)
    while let action = machine.nextAction(at: now, queuedBytes: 0, firstBatch: 0) {
      model.apply(action, waiting: machine.blockedProducers)
      model.endCollections(&machine, &random)
    }
    if machine.phase != .closed {
      for action in machine.loopFailed() { model.apply(action, waiting: machine.blockedProducers) }
    }
    #expect(machine.phase == .closed && machine.queued == 0 && machine.inFlight == 0)
    #expect(machine.ledger.isBalanced)
    #expect(model.asked.isSubset(of: model.answered), "seed \(seed)")
  }

  /// A model of the driver's state.
  struct Model {
    var exports: [(id: BatchStateMachine.ExportID, count: Int)] = []
    var flushes: [BatchStateMachine.RequestID] = []
    var exporterShutdown = false
    var asked: Set<BatchStateMachine.RequestID> = []
    var shutdowns: Set<BatchStateMachine.RequestID> = []
    var answered: Set<BatchStateMachine.RequestID> = []
    var closed = 0
    /// The producers whose calls haven't returned, and the collections that end.
    var calls: Set<Int> = []
    var ending: [CollectionSchedule.CollectionID] = []

    mutating func apply(_ action: BatchStateMachine.Action, waiting: Int) {
      switch action {
      case .export(let id, let count, _):
        #expect(count > 0)
        exports.append((id, count))
      case .flushExporter(let id, _): flushes.append(id)
      case .shutdownExporter:
        #expect(!exporterShutdown)
        exporterShutdown = true
      case .answer(let id, let complete, _):
        #expect(answered.insert(id).inserted, "answered twice")
        #expect(!complete || waiting == 0 || !shutdowns.contains(id), "a producer is still blocked")
      case .close: closed += 1
      case .collection(.begin(_, let producers, _)):
        #expect(calls.isDisjoint(with: producers), "a producer is called twice at once")
        calls.formUnion(producers)
      case .collection(.end(let id, let late)):
        #expect(calls.isSuperset(of: late))
        ending.append(id)
      case .collection(.cancel(let producer)): #expect(calls.contains(producer))
      case .cancel, .discard, .expediteExporter, .report: break
      }
    }

    /// Queues the items of collections that end, as the driver does.
    mutating func endCollections(_ machine: inout BatchStateMachine, _ random: inout SeededRandom) {
      for id in ending {
        for _ in 0..<random.next(4) {
          if machine.admitsCollectedItems {
            _ = machine.enqueued(queuedBytes: machine.queued * 100, count: 1 + random.next(3))
          } else {
            _ = machine.newItemDropped(.shutdown, count: 1 + random.next(3))
          }
        }
        machine.collectionEnded(id)
      }
      ending = []
    }
  }

  private func applyInput(
    _ choice: Int, _ machine: inout BatchStateMachine, _ model: inout Model, _ now: MonotonicInstant,
    _ random: inout SeededRandom
  ) {
    if random.next(4) == 0, let producer = model.calls.min() {
      model.calls.remove(producer)
      _ = machine.producerReturned(producer)
    }
    switch choice {
    case 0..<20:
      if machine.phase == .open { _ = machine.enqueued(queuedBytes: machine.queued * 100) }
    case 20..<22:
      _ = machine.newItemDropped(machine.phase == .open ? .queueFull : .afterShutdown)
    case 22..<24:
      if machine.phase == .open, machine.queued > 0 { _ = machine.oldestItemDropped(.queueFull) }
    case 24..<34:
      guard !model.exports.isEmpty else { return }
      let export = model.exports.remove(at: random.next(model.exports.count))
      let lost = random.next(export.count + 1)
      let rejected = random.next(export.count - lost + 1)
      _ = machine.exportEnded(
        export.id,
        ExportOutcome(
          exported: export.count - lost - rejected, rejected: rejected, dropped: [.unreachable: lost], attempts: 1))
    case 34..<37:
      if machine.phase != .closed {
        model.asked.insert(machine.flushRequested(by: Deadline(now + .milliseconds(random.next(1000)))))
      }
    case 37..<40:
      guard !model.flushes.isEmpty else { return }
      machine.exporterFlushed(model.flushes.removeFirst(), random.next(2) == 0)
    case 40:
      if machine.phase == .open { _ = machine.producerBlocked() }
    case 41..<43:
      guard machine.blockedProducers > 0 else { return }
      if machine.admitsBlockedProducers, random.next(5) > 0 {
        machine.blockedItemEnqueued(queuedBytes: machine.queued * 100)
      } else {
        _ = machine.blockedItemDropped(machine.phase == .open ? .queueFull : .shutdown)
      }
    default:
      if machine.phase != .closed {
        let end = Deadline(now + .milliseconds(random.next(3000)))
        let id = machine.shutdownRequested(by: end, at: now)
        model.asked.insert(id)
        model.shutdowns.insert(id)
      } else if model.exporterShutdown {
        machine.exporterEnded()
      }
    }
  }

  private func check(
    _ machine: BatchStateMachine, _ model: Model, _ settings: BatchStateMachine.Settings, _ now: MonotonicInstant,
    _ place: Comment
  ) {
    #expect(machine.ledger.isBalanced, place)
    let abandoned = machine.exports.count { $0.stage == .abandoned }
    #expect(machine.exports.count - abandoned <= settings.maxConcurrentExports, place)
    #expect(machine.exports.count <= settings.maxConcurrentExports + BatchStateMachine.maxReplacedCalls, place)
    #expect(abandoned == (machine.phase == .closed ? 0 : machine.abandonedCount), place)
    // The deadline lies ahead, or the loop would spin.
    #expect(!machine.nextDeadline.hasPassed(at: now), place)
    #expect(machine.phase != .closed || machine.nextDeadline.isNever, place)
    // A blocked producer waits for the end of an export, not for the schedule delay.
    let hasFreeSlot = machine.hasFreeSlot
    if machine.phase == .open, machine.blockedProducers > 0, machine.queued > 0 { #expect(!hasFreeSlot, place) }
    // Queued items are always awaited by a timer, a free slot or the end of an export.
    if machine.phase == .open, machine.queued > 0, machine.exports.isEmpty {
      #expect(!machine.nextDeadline.isNever, place)
    }
    // A shutdown waits only for the exporter, never for more items.
    if machine.shutdown?.stage == .draining, machine.queued > 0 {
      #expect(!hasFreeSlot, place)
    }
  }
}

extension BatchStateMachine.Settings {
  static let small = BatchStateMachine.Settings(
    maxExportBatchSize: 10, scheduleDelay: .seconds(5), exportTimeout: .seconds(30), maxConcurrentExports: 1,
    bytesTrigger: 1 << 19)
}
