import Glibc
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

/// Blocking calls and threads of a real runtime.
@Suite(.ownThreads) struct BlockingTests {
  @Test func blockingCallsReturnTheSameReports() throws {
    let processor = try BatchProcessor(exporter: ScriptedExporter(), runtime: TelemetryRuntime())
    for number in 0..<100 { processor.onEnd(Thing(number: number)) }
    let flush = processor.forceFlushBlocking(within: Loopback.patience)
    #expect(flush.isDelivered && flush.ledger.exported == 100)
    let end = processor.shutdownBlocking(within: Loopback.patience)
    #expect(end.isDelivered && end.ledger.exported == 100)
    #expect(processor.forceFlushBlocking(within: Loopback.patience).isDelivered)
  }

  @Test("an exporter that blocks the telemetry thread doesn't delay a blocking flush or shutdown")
  func blockedLoop() throws {
    let release = BlockingSemaphore()
    let processor = try BatchProcessor(
      exporter: ScriptedExporter { _, _ in
        _ = release.wait(until: .after(.seconds(600)))
        return .success
      }, runtime: TelemetryRuntime(), diagnostics: .silent)
    for number in 0..<5 { processor.onEnd(Thing(number: number)) }
    let flush = processor.forceFlushBlocking(within: .milliseconds(50))
    #expect(!flush.isComplete && flush.ledger.isBalanced)
    let end = processor.shutdownBlocking(within: .milliseconds(50))
    #expect(!end.isComplete && end.ledger.dropped == [.shutdown: 5] && end.ledger.isBalanced)
    release.signal()
  }

  @Test("an exporter that blocks the telemetry thread doesn't delay an asynchronous shutdown")
  func blockedLoopAsync() async throws {
    let (begun, release) = (Promise<Void>(), BlockingSemaphore())
    let processor = try BatchProcessor(
      exporter: ScriptedExporter { _, _ in
        begun.fulfil(())
        _ = release.wait(until: .after(.seconds(600)))
        return .success
      }, configuration: .init { $0.scheduleDelay = .zero }, runtime: TelemetryRuntime(), diagnostics: .silent)
    for number in 0..<5 { processor.onEnd(Thing(number: number)) }
    await begun.value
    let start = MonotonicInstant.now
    let end = await processor.shutdown(within: .milliseconds(50))
    #expect(!end.isComplete && end.ledger.isBalanced && end.lost == end.ledger.droppedTotal)
    #expect(end.ledger.dropped == [.shutdown: 5])
    #expect(MonotonicInstant.now - start < .seconds(60))
    release.signal()
  }

  @Test("a blocking flush on a telemetry thread stops the program with a message")
  func onTelemetryThread() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let processor = try BatchProcessor(exporter: ScriptedExporter(), runtime: .shared)
      let flush: @Sendable () -> Void = { _ = processor.forceFlushBlocking(within: .seconds(1)) }
      try await withTelemetryRuntime { _ in flush() }
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("would wait for itself"))
  }

  @Test("the end of the runtime ends its processors: every wait returns and every item is counted")
  func runtimeEnds() async throws {
    let (runtime, begun) = (try TelemetryRuntime(), Promise<Void>())
    let processor = try BatchProcessor(
      exporter: ScriptedExporter.stuck(begun), configuration: .init { $0.exportTimeout = .seconds(600) },
      runtime: runtime, diagnostics: .silent)
    processor.onEnd(Thing(number: 1))
    async let flush = processor.forceFlush(within: .seconds(600))
    await begun.value
    runtime.shutdown()
    #expect(await flush.lost == 1)
    let end = await processor.shutdown(within: .seconds(600))
    #expect(end.ledger.dropped == [.shutdown: 1] && end.ledger.isBalanced)
    processor.onEnd(Thing(number: 2))
    #expect(processor.ledger.dropped == [.shutdown: 1, .afterShutdown: 1])
  }

  @Test("items from many threads are neither lost nor counted twice")
  func manyProducers() async throws {
    let exporter = ScriptedExporter(maxConcurrentExports: 2)
    let configuration = BatchConfiguration {
      $0.maxQueueSize = 1 << 16
      $0.scheduleDelay = .milliseconds(1)
    }
    let processor = try BatchProcessor(exporter: exporter, configuration: configuration, runtime: TelemetryRuntime())
    let done = Counter()
    let all = Promise<Bool>()
    for producer in 0..<4 {
      try ThreadSystem.start(name: "producer", stackSize: 1 << 18) {
        for number in 0..<5000 { processor.onEnd(Thing(number: producer * 5000 + number)) }
        if done.increment() == 4 { all.fulfil(true) }
      }
    }
    while all.current == nil {
      let ledger = await processor.forceFlush(within: Loopback.patience).ledger
      #expect(ledger.isBalanced)
    }
    let ledger = await processor.shutdown(within: Loopback.patience).ledger
    #expect(ledger.isBalanced && ledger.exported == 20_000)
    #expect(Set(exporter.numbers).count == 20_000)
  }
}
