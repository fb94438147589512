import Synchronization
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import TelemetrySDK

/// The overflow policies (RULES 4.7.4, 4.7.10).
@Suite(.ownThreads) struct OverflowTests {
  private static func configuration(_ overflow: OverflowPolicy, queue: Int = 10, bytes: Int = 32 << 20)
    -> BatchConfiguration
  {
    BatchConfiguration {
      $0.maxQueueSize = queue
      $0.maxExportBatchSize = queue
      $0.overflow = overflow
      $0.maxQueueBytes = bytes
      $0.exportTimeout = .seconds(600)
    }
  }

  /// Runs `body` with a processor on a virtual clock, then shuts the processor down.
  private static func run(
    _ exporter: ScriptedExporter = ScriptedExporter(), _ configuration: BatchConfiguration,
    _ diagnostics: Diagnostics = .silent,
    _ body: @escaping @Sendable (BatchProcessor<Thing>, TelemetryLoop) async throws -> Void
  ) throws {
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: configuration, loop: loop, diagnostics: diagnostics)
      try await body(processor, loop)
      _ = await processor.shutdown(within: .seconds(1))
    }
  }

  @Test func theNewestAreDroppedByDefault() throws {
    let exporter = ScriptedExporter()
    try Self.run(exporter, Self.configuration(.dropNewest)) { processor, loop in
      for number in 0..<25 { processor.onEnd(Thing(number: number)) }
      #expect(processor.ledger.queued == 10)
      let ledger = await processor.shutdown(within: .seconds(1)).ledger
      #expect(ledger.dropped == [.queueFull: 15] && ledger.isBalanced)
    }
    #expect(exporter.numbers == Array(0..<10))
  }

  @Test func theOldestAreDroppedByPolicy() throws {
    let exporter = ScriptedExporter()
    try Self.run(exporter, Self.configuration(.dropOldest)) { processor, loop in
      for number in 0..<25 { processor.onEnd(Thing(number: number)) }
      let report = await processor.shutdown(within: .seconds(1))
      #expect(report.ledger.dropped == [.queueFull: 15] && report.ledger.isBalanced)
      #expect(report.lost == 0)  // these items were lost before the call
    }
    #expect(exporter.numbers == Array(15..<25))
  }

  @Test("items of a flush that are dropped for newer items count as lost in its report")
  func droppedBelowAWatermark() throws {
    let gate = Promise<Bool>()
    let exporter = ScriptedExporter { _, _ in
      _ = await gate.value
      return .success
    }
    try Self.run(exporter, Self.configuration(.dropOldest)) { processor, loop in
      for number in 0..<10 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.milliseconds(1))
      for number in 10..<15 { processor.onEnd(Thing(number: number)) }
      async let flush = processor.forceFlush(within: .seconds(10))
      await loop.sleep(.milliseconds(1))
      for number in 15..<23 { processor.onEnd(Thing(number: number)) }
      gate.fulfil(true)
      let report = await flush
      #expect(report.isComplete && report.lost == 3)
    }
  }

  @Test("the byte bound covers queue and exports together")
  func bytes() throws {
    let gate = Promise<Bool>()
    let exporter = ScriptedExporter { _, _ in
      _ = await gate.value
      return .success
    }
    try Self.run(exporter, Self.configuration(.dropNewest, queue: 100, bytes: 10_000)) { processor, loop in
      for number in 0..<6 { processor.onEnd(Thing(number: number, size: 1000)) }
      await loop.sleep(.milliseconds(1))
      #expect(processor.ledger.inFlight == 6 && processor.itemBytes == 6000)
      for number in 6..<20 { processor.onEnd(Thing(number: number, size: 1000)) }
      #expect(processor.itemBytes == 10_000)
      #expect(processor.ledger.dropped == [.byteBudget: 10])
      processor.onEnd(Thing(number: 99, size: 1 << 30))
      gate.fulfil(true)
      let ledger = await processor.shutdown(within: .seconds(1)).ledger
      #expect(ledger.dropped == [.byteBudget: 11] && ledger.exported == 10)
      #expect(processor.itemBytes == 0)
    }
  }

  @Test("the oldest items are dropped for bytes only if that makes enough room")
  func oldestInBytes() throws {
    let exporter = ScriptedExporter()
    try Self.run(exporter, Self.configuration(.dropOldest, queue: 100, bytes: 10_000)) { processor, loop in
      for number in 0..<10 { processor.onEnd(Thing(number: number, size: 1000)) }
      processor.onEnd(Thing(number: 10, size: 2500))
      processor.onEnd(Thing(number: 11, size: 20_000))
      let ledger = await processor.shutdown(within: .seconds(1)).ledger
      #expect(ledger.dropped == [.byteBudget: 4])
    }
    #expect(exporter.numbers == Array(3...10))
  }

  @Test("no old item is dropped while memory beyond the byte bound leaves no room for the new one")
  func exceededBytes() throws {
    let exporter = ScriptedExporter()
    try Self.run(exporter, Self.configuration(.dropOldest, queue: 100, bytes: 10_000)) { processor, loop in
      let budget = try #require(exporter.budget)
      for number in 0..<5 { processor.onEnd(Thing(number: number, size: 1000)) }
      budget.takeExceeding(10_000)
      processor.onEnd(Thing(number: 5, size: 1000))
      #expect(processor.ledger.queued == 5 && processor.ledger.dropped == [.byteBudget: 1])
      budget.giveExceeding(10_000)
      processor.onEnd(Thing(number: 6, size: 1000))
      #expect(await processor.shutdown(within: .seconds(1)).ledger.dropped == [.byteBudget: 1])
    }
    #expect(exporter.numbers == [0, 1, 2, 3, 4, 6])
  }

  @Test("an item on the telemetry thread never waits for room")
  func blockOnLoop() throws {
    try Self.run(ScriptedExporter(), Self.configuration(.block(upTo: .seconds(100)))) { processor, loop in
      for number in 0..<11 { processor.onEnd(Thing(number: number)) }
      #expect(loop.now == .zero)
      let ledger = await processor.shutdown(within: .seconds(1)).ledger
      #expect(ledger.dropped == [.queueFull: 1])
    }
  }

  @Test("blocked producers lose no item of a burst")
  func blockReleasedBySpace() async throws {
    let runtime = try TelemetryRuntime()
    let exporter = ScriptedExporter()
    let processor = try BatchProcessor(
      exporter: exporter, configuration: Self.configuration(.block(upTo: .seconds(60)), queue: 64), runtime: runtime)
    let done = BlockingSemaphore()
    for producer in 0..<4 {
      try ThreadSystem.start(name: "producer", stackSize: 1 << 18) {
        for number in 0..<5000 { processor.onEnd(Thing(number: producer * 5000 + number)) }
        done.signal()
      }
    }
    let finished = await runtime.block { (0..<4).allSatisfy { _ in done.wait(until: .after(.seconds(60))) } }
    #expect(finished)
    let report = await processor.shutdown(within: .seconds(30))
    #expect(report.ledger.exported == 20_000 && report.isDelivered)
    #expect(Set(exporter.numbers).count == 20_000)
  }

  @Test("blocked producers return after the maximum time", arguments: [0, 50])
  func blockReleasedByTime(_ milliseconds: Int) async throws {
    let begun = Promise<Void>()
    let processor = try BatchProcessor(
      exporter: ScriptedExporter.stuck(begun),
      configuration: Self.configuration(.block(upTo: .milliseconds(milliseconds)), queue: 1), diagnostics: .silent)
    processor.onEnd(Thing(number: 0))
    await begun.value
    processor.onEnd(Thing(number: 1))
    let before = MonotonicInstant.system
    processor.onEnd(Thing(number: 2))
    #expect(MonotonicInstant.system - before >= .milliseconds(milliseconds))
    #expect(processor.ledger.dropped == [.queueFull: 1])
    let ledger = await processor.shutdown(within: .milliseconds(10)).ledger
    #expect(ledger.dropped == [.queueFull: 1, .shutdown: 2] && ledger.isBalanced)
  }

  @Test("items are queued directly again once the last blocked producer has given up")
  func directAfterGivingUp() async throws {
    let begun = Promise<Void>()
    let processor = try BatchProcessor(
      exporter: ScriptedExporter.stuck(begun),
      configuration: Self.configuration(.block(upTo: .milliseconds(1)), queue: 1), diagnostics: .silent)
    processor.onEnd(Thing(number: 0))
    await begun.value
    for number in 1...2 { processor.onEnd(Thing(number: number)) }
    #expect(processor.ledger.dropped == [.queueFull: 1])
    #expect(processor.driver.withState { $0.openRoom } == 1)
    _ = await processor.shutdown(within: .milliseconds(10))
  }

  @Test(
    "a shutdown also exports the items of blocked producers", arguments: [(1, 1), (5, 1), (60, 20)])
  func blockedItemsAreExported(_ producers: Int, queue: Int) async throws {
    let (runtime, begun, gate) = (try TelemetryRuntime(), Promise<Void>(), Promise<Void>())
    let exporter = ScriptedExporter { _, _ in
      begun.fulfil(())
      await gate.value
      return .success
    }
    var configuration = Self.configuration(.block(upTo: .seconds(600)), queue: queue)
    let first = min(queue, 7)
    configuration.maxExportBatchSize = first
    let processor = try BatchProcessor(exporter: exporter, configuration: configuration, runtime: runtime)
    for number in 0..<first { processor.onEnd(Thing(number: number)) }
    await begun.value
    for number in first..<first + queue { processor.onEnd(Thing(number: number)) }
    let all = first + queue + producers
    for number in first + queue..<all {
      try ThreadSystem.start(name: "producer", stackSize: 1 << 18) { processor.onEnd(Thing(number: number)) }
    }
    #expect(await Loopback.wait { processor.machine.blockedProducers == producers })
    async let report = processor.shutdown(within: .seconds(60))
    #expect(await Loopback.wait { processor.machine.phase == .shuttingDown })
    gate.fulfil(())
    #expect(await report.isDelivered)
    #expect(await report.ledger.exported == all)
    #expect(exporter.numbers.sorted() == Array(0..<all))
  }

  @Test("blocked producers return when a shutdown's time has passed")
  func blockReleasedByShutdown() async throws {
    let (runtime, begun) = (try TelemetryRuntime(), Promise<Void>())
    let processor = try BatchProcessor(
      exporter: ScriptedExporter.stuck(begun), configuration: Self.configuration(.block(upTo: .seconds(600)), queue: 1),
      runtime: runtime, diagnostics: .silent)
    processor.onEnd(Thing(number: 0))
    await begun.value
    processor.onEnd(Thing(number: 1))
    let done = BlockingSemaphore()
    try ThreadSystem.start(name: "producer", stackSize: 1 << 18) {
      processor.onEnd(Thing(number: 2))
      done.signal()
    }
    #expect(await Loopback.wait { processor.machine.blockedProducers == 1 })
    let report = await processor.shutdown(within: .milliseconds(20))
    #expect(!report.isComplete)
    let finished = await runtime.block { done.wait(until: .after(.seconds(60))) }
    #expect(finished)
    #expect(processor.ledger.dropped == [.shutdown: 3] && processor.ledger.isBalanced)
  }

  @Test("a million drops cause at most ten events (trap 24)")
  func dropLines() throws {
    let log = DiagnosticLog()
    let exporter = ScriptedExporter { _, _ in await stuck() }
    try Self.run(exporter, Self.configuration(.dropNewest), log.diagnostics) { processor, loop in
      for _ in 0..<100 {
        for number in 0..<10_000 { processor.onEnd(Thing(number: number)) }
        await loop.sleep(.seconds(3))
      }
      _ = await processor.shutdown(within: .seconds(1))
      #expect(processor.ledger.droppedTotal == 1_000_000)
    }
    let lines = log.messages.filter { $0 == "items are dropped: the queue is full" }
    #expect((2...10).contains(lines.count))
    let counted = log.all.filter { $0.message == lines.first }.compactMap { $0.fields.first.flatMap { Int($0.value) } }
    #expect(counted.reduce(0, +) == 1_000_000 - 20)  // all but a batch and a queue, which the shutdown drops
  }

  @Test("the end of drops is reported after a while")
  func dropsEnd() throws {
    let log = DiagnosticLog()
    try Self.run(ScriptedExporter(), Self.configuration(.dropNewest), log.diagnostics) { processor, loop in
      for number in 0..<15 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.seconds(200))
    }
    #expect(log.messages == ["items are dropped: the queue is full", "the queue has room again"])
    #expect(log.fields("the queue has room again") == ["dropped": "5"])
  }
}
