import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// The law of the ledger over random interleavings of producers, failures, flushes and shutdowns.
@Suite(.ownThreads) struct ConservationTests {
  @Test("the machine alone: every input in random order", arguments: 0..<200)
  func machine(_ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var settings = BatchStateMachine.Settings.small
    settings.maxConcurrentExports = 1 + random.next(3)
    settings.exportTimeout = .milliseconds(500)
    var machine = BatchStateMachine(settings)
    var model = Model()
    var now = MonotonicInstant.zero
    for step in 0..<600 {
      // Several may come before the loop gets to it.
      for _ in 0...random.next(8) { act(random.next(step < 500 ? 43 : 44), &machine, &model, now, &random) }
      while let action = machine.nextAction(at: now, queuedBytes: machine.queued * 100) {
        model.apply(action, waiting: machine.blockedProducers)
        shorten(&machine, &model, &random)
        #expect(machine.ledger.isBalanced, "seed \(seed) step \(step)")
      }
      check(machine, model, settings, now, "seed \(seed) step \(step)")
      if random.next(3) == 0 { now = now + .milliseconds(random.next(200)) }
    }
    _ = machine.shutdownRequested(by: Deadline(now), at: now)
    while let action = machine.nextAction(at: now, queuedBytes: 0) {
      model.apply(action, waiting: machine.blockedProducers)
    }
    if machine.phase != .closed {
      for action in machine.loopFailed() { model.apply(action, waiting: machine.blockedProducers) }
    }
    #expect(machine.phase == .closed && machine.queued == 0 && machine.inFlight == 0)
    #expect(machine.ledger.isBalanced)
    #expect(model.asked.isSubset(of: model.answered), "seed \(seed)")
  }

  /// Now and then a batch is too large in bytes.
  private func shorten(_ machine: inout BatchStateMachine, _ model: inout Model, _ random: inout SeededRandom) {
    guard let id = model.mayShorten, let index = model.exports.firstIndex(where: { $0.id == id }) else { return }
    model.mayShorten = nil
    guard model.exports[index].count > 1, random.next(4) == 0 else { return }
    model.exports[index].count = 1 + random.next(model.exports[index].count - 1)
    machine.exportShortened(id, to: model.exports[index].count)
  }

  /// What the driver would hold.
  struct Model {
    var exports: [(id: BatchStateMachine.ExportID, count: Int)] = []
    var flushes: [BatchStateMachine.RequestID] = []
    var exporterShutdown = false
    var mayShorten: BatchStateMachine.ExportID?
    var asked: Set<BatchStateMachine.RequestID> = []
    var shutdowns: Set<BatchStateMachine.RequestID> = []
    var answered: Set<BatchStateMachine.RequestID> = []
    var closed = 0

    mutating func apply(_ action: BatchStateMachine.Action, waiting: Int) {
      switch action {
      case .export(let id, let count, _):
        #expect(count > 0)
        exports.append((id, count))
        mayShorten = id
      case .flushExporter(let id, _): flushes.append(id)
      case .shutdownExporter:
        #expect(!exporterShutdown)
        exporterShutdown = true
      case .answer(let id, let complete, _):
        #expect(answered.insert(id).inserted, "answered twice")
        #expect(!complete || waiting == 0 || !shutdowns.contains(id), "an item still waits for room")
      case .close: closed += 1
      case .cancel, .discard, .expediteExporter, .report: break
      }
    }
  }

  private func act(
    _ choice: Int, _ machine: inout BatchStateMachine, _ model: inout Model, _ now: MonotonicInstant,
    _ random: inout SeededRandom
  ) {
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
    // Asked again at this deadline it has something to do: it must lie ahead, or the loop would spin.
    #expect(!machine.nextDeadline.hasPassed(at: now), place)
    #expect(machine.phase != .closed || machine.nextDeadline.isNever, place)
    // A producer waits for the end of an export, not for the schedule delay.
    let hasFreeSlot = machine.hasFreeSlot
    if machine.phase == .open, machine.blockedProducers > 0, machine.queued > 0 { #expect(!hasFreeSlot, place) }
    // Nobody waits for nothing: what is queued is waited for by a timer, a place or an end.
    if machine.phase == .open, machine.queued > 0, machine.exports.isEmpty {
      #expect(!machine.nextDeadline.isNever, place)
    }
    // A shutdown waits for the exporter only, never for more items.
    if machine.shutdown?.stage == .draining, machine.queued > 0 {
      #expect(!hasFreeSlot, place)
    }
  }

  @Test("the processor on a virtual clock", arguments: 0..<40)
  func processor(_ seed: Int) throws {
    let random = SharedRandom(seed)
    let pick: @Sendable (Int) -> Int = { random.next($0) }
    let exporter = ScriptedExporter(maxConcurrentExports: 1 + pick(3)) { batch, deadline in
      switch pick(8) {
      case 0: await TelemetryLoop.current?.sleep(until: deadline)
      case 1: await TelemetryLoop.current?.sleepThrough(.seconds(pick(20)))
      default: await TelemetryLoop.current?.sleep(.milliseconds(pick(400)))
      }
      let lost = pick(3) == 0 ? pick(batch.count + 1) : 0
      return ExportOutcome(exported: batch.count - lost, dropped: [.refused: lost], attempts: 1)
    }
    let policies: [OverflowPolicy] = [.dropNewest, .dropOldest, .block(upTo: .seconds(1))]
    let configuration = BatchConfiguration {
      $0.maxQueueSize = 50
      $0.maxExportBatchSize = 10
      $0.scheduleDelay = .milliseconds(300)
      $0.exportTimeout = .seconds(2)
      $0.overflow = policies[pick(3)]
      $0.maxQueueBytes = 6000
      $0.maxExportBatchBytes = 1024
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: configuration, loop: loop, diagnostics: .silent)
      let ended = Counter()
      let producers = 3
      let done = Promise<Bool>()
      let finished = Counter()
      for _ in 0..<producers {
        Task(executorPreference: loop) {
          for _ in 0..<60 {
            for _ in 0..<pick(20) { processor.onEnd(Thing(number: ended.increment())) }
            #expect(processor.ledger.isBalanced, "seed \(seed)")
            #expect(processor.bytesHeld <= 6000)
            SelfMetricsTests.check(processor, "seed \(seed)")
            await loop.sleep(.milliseconds(pick(200)))
            if pick(10) == 0 {
              let report = await processor.forceFlush(within: .milliseconds(pick(4000)))
              #expect(report.ledger.isBalanced)
            }
          }
          if finished.increment() == producers { done.fulfil(true) }
        }
      }
      if pick(2) == 0 { _ = await done.value } else { await loop.sleep(.seconds(3)) }
      let before = loop.now
      let limit = Duration.milliseconds(pick(5000))
      let ledger = await processor.shutdown(within: limit).ledger
      #expect(loop.now - before <= limit)
      #expect(ledger.isBalanced && ledger.queued == 0 && ledger.inFlight == 0, "seed \(seed)")
      _ = await done.value
      await loop.sleep(.seconds(60))
      let end = processor.ledger
      #expect(end.isBalanced && end.exported == ledger.exported, "late outcomes change nothing; seed \(seed)")
      #expect(processor.bytesHeld == 0)
      SelfMetricsTests.check(processor, "seed \(seed)")
    }
    #expect(Set(exporter.numbers).count == exporter.numbers.count, "exported twice; seed \(seed)")
  }
}

private final class SharedRandom: Sendable {
  private let random: Mutex<SeededRandom>
  init(_ seed: Int) { random = Mutex(SeededRandom(seed: UInt64(seed))) }
  func next(_ bound: Int) -> Int { random.withLock { $0.next(bound) } }
}

extension SeededRandom {
  fileprivate mutating func next(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
