import Synchronization
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import TelemetrySDK

/// Threads that wait for room (`OverflowPolicy.block`).
@Suite(.ownThreads) struct ProducerQueueTests {
  /// Calls `intrude` in each export, before the export waits for `open`.
  private final class Gated: Exporter {
    let numbers = Mutex<[Int]>([])
    let gate = Mutex<Promise<Void>>(Promise())
    let begun = Counter()
    let intrude: @Sendable () -> Void
    init(_ intrude: @escaping @Sendable () -> Void) { self.intrude = intrude }

    func export(_ batch: Batch<Thing>, deadline: Deadline) async -> ExportOutcome {
      numbers.withLock { $0 += batch.map(\.number) }
      intrude()
      _ = begun.increment()
      let gate = gate.withLock { $0 }
      await gate.value
      return .success
    }

    func open() { gate.withLock { $0 }.fulfil(()) }
  }

  private static func configuration(queue: Int, bytes: Int = 32 << 20) -> BatchConfiguration {
    BatchConfiguration {
      $0.maxQueueSize = queue
      $0.maxExportBatchSize = 1
      $0.scheduleDelay = .seconds(600)
      $0.exportTimeout = .seconds(600)
      $0.maxQueueBytes = bytes
      $0.overflow = .block(upTo: .seconds(600))
    }
  }

  @Test("blocked producers get room in the order of their arrival, and no later item takes it")
  func inOrder() async throws {
    let box = ForkSafe<BatchProcessor<Thing>?>(nil)
    let intruders = Counter()
    // The loop's thread never waits: the item takes room that becomes free when a batch leaves the queue.
    let exporter = Gated {
      let processor = box.withLock { $0 }
      processor?.onEnd(Thing(number: 1000 + intruders.increment()))
    }
    let processor = try BatchProcessor(
      exporter: exporter, configuration: Self.configuration(queue: 1), runtime: TelemetryRuntime(),
      diagnostics: .silent)
    processor.onEnd(Thing(number: 0))
    #expect(await Loopback.wait { exporter.begun.value == 1 })
    processor.onEnd(Thing(number: 1))
    for number in 2..<20 {
      try ThreadSystem.start(name: "producer", stackSize: 1 << 18) { processor.onEnd(Thing(number: number)) }
      #expect(await Loopback.wait { processor.machine.blockedProducers == number - 1 })
    }
    box.withLock { $0 = processor }
    exporter.open()
    #expect(await Loopback.wait { exporter.begun.value >= 20 })
    box.withLock { $0 = nil }
    let ledger = await processor.shutdown(within: .seconds(60)).ledger
    #expect(exporter.numbers.withLock { $0.filter { $0 < 1000 } } == Array(0..<20))
    #expect(ledger.isBalanced && ledger.dropped[.byteBudget] == nil)
  }

  @Test("a large item that finds no room causes an export at once, without the schedule delay")
  func largeItem() async throws {
    let exporter = ScriptedExporter()
    var configuration = Self.configuration(queue: 100, bytes: 1 << 20)
    configuration.maxExportBatchSize = 100
    let processor = try BatchProcessor(
      exporter: exporter, configuration: configuration, runtime: TelemetryRuntime(), diagnostics: .silent)
    processor.onEnd(Thing(number: 0, size: 400 << 10))
    let done = Promise<Void>()
    try ThreadSystem.start(name: "producer", stackSize: 1 << 18) {
      processor.onEnd(Thing(number: 1, size: 700 << 10))
      done.fulfil(())
    }
    await done.value
    #expect(exporter.batches.first == [0])
    let ledger = await processor.shutdown(within: .seconds(60)).ledger
    #expect(ledger.exported == 2 && exporter.numbers == [0, 1])
  }

  @Test("a blocked producer gets room as soon as memory beyond the byte bound is free")
  func exceededBytes() async throws {
    let exporter = ScriptedExporter()
    let processor = try BatchProcessor(
      exporter: exporter, configuration: Self.configuration(queue: 100, bytes: 10_000), runtime: TelemetryRuntime(),
      diagnostics: .silent)
    exporter.budget?.takeExceeding(10_000)
    try ThreadSystem.start(name: "producer", stackSize: 1 << 18) { processor.onEnd(Thing(number: 0)) }
    #expect(await Loopback.wait { processor.machine.blockedProducers == 1 })
    // By then the loop has handled the producer's arrival.
    let later = MonotonicInstant.system + .milliseconds(200)
    #expect(await Loopback.wait { MonotonicInstant.system >= later })
    exporter.budget?.giveExceeding(10_000)
    #expect(await Loopback.wait { exporter.numbers == [0] })
    #expect(await processor.shutdown(within: .seconds(60)).ledger.exported == 1)
  }

  @Test("when the first blocked producer gives up, the next ones get the room")
  func firstGivesUp() async throws {
    let begun = Promise<Void>()
    var configuration = Self.configuration(queue: 100, bytes: 10_000)
    configuration.overflow = .block(upTo: .seconds(4))
    let processor = try BatchProcessor(
      exporter: ScriptedExporter.stuck(begun), configuration: configuration, runtime: TelemetryRuntime(),
      diagnostics: .silent)
    processor.onEnd(Thing(number: 0, size: 6000))
    await begun.value
    try ThreadSystem.start(name: "producer", stackSize: 1 << 18) {
      processor.onEnd(Thing(number: 1, size: 9000))
    }
    #expect(await Loopback.wait { processor.machine.blockedProducers == 1 })
    // The second producer's maximum time ends well after the first producer's, even on a busy machine.
    let later = MonotonicInstant.system + .seconds(2)
    #expect(await Loopback.wait { MonotonicInstant.system >= later })
    let done = Promise<Void>()
    try ThreadSystem.start(name: "producer", stackSize: 1 << 18) {
      processor.onEnd(Thing(number: 2, size: 3000))
      done.fulfil(())
    }
    await done.value
    #expect(await Loopback.wait { processor.ledger.ended == 3 })
    #expect(processor.ledger.dropped == [.byteBudget: 1] && processor.ledger.queued == 1)
    // Later items are queued again.
    processor.onEnd(Thing(number: 3, size: 500))
    #expect(processor.ledger.queued == 2)
    _ = await processor.shutdown(within: .zero)
  }

  @Test("the processor's own thread never waits; the thread of another runtime waits like any other")
  func telemetryThreads() async throws {
    let (begun, gate) = (Promise<Void>(), Promise<Void>())
    let exporter = ScriptedExporter { _, _ in
      begun.fulfil(())
      await gate.value
      return .success
    }
    let runtime = try TelemetryRuntime()
    var configuration = Self.configuration(queue: 1)
    configuration.overflow = .block(upTo: .seconds(600))
    let processor = try BatchProcessor(
      exporter: exporter, configuration: configuration, runtime: runtime, diagnostics: .silent)
    processor.onEnd(Thing(number: 0))
    await begun.value
    processor.onEnd(Thing(number: 1))
    let own = try runtime.acquire()
    await Task(executorPreference: own.loop) { processor.onEnd(Thing(number: 2)) }.value
    own.end()
    #expect(processor.ledger.dropped == [.queueFull: 1])
    let job = Task { try await withTelemetryRuntime { _ in processor.onEnd(Thing(number: 3)) } }
    #expect(await Loopback.wait { processor.machine.blockedProducers == 1 })
    gate.fulfil(())
    try await job.value
    let ledger = await processor.shutdown(within: .seconds(60)).ledger
    #expect(ledger.exported == 3 && ledger.dropped == [.queueFull: 1])
    #expect(exporter.numbers == [0, 1, 3])
  }
}
