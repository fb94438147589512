import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The items that a flush waits for, and the report (RULES 4.6.5).
@Suite(.ownThreads) struct FlushTests {
  private func onProcessor(
    _ exporter: ScriptedExporter, batch: Int = 10,
    _ body: @escaping @Sendable (BatchProcessor<Thing>, TelemetryLoop) async -> Void
  ) throws {
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.maxExportBatchSize = batch }, loop: loop)
      await body(processor, loop)
      let ledger = await processor.shutdown(within: .seconds(10)).ledger
      #expect(ledger.isBalanced && ledger.queued == 0 && ledger.inFlight == 0)
    }
  }

  @Test("every flush respects the batch size (trap 1)")
  func batchSize() throws {
    let exporter = ScriptedExporter()
    try onProcessor(exporter) { processor, _ in
      for round in 0..<3 {
        for number in 0..<25 { processor.onEnd(Thing(number: round * 25 + number)) }
        let report = await processor.forceFlush(within: .seconds(1))
        #expect(report.isDelivered && report.ledger.queued == 0)
      }
    }
    #expect(exporter.sizes == [10, 10, 5, 10, 10, 5, 10, 10, 5])
    #expect(exporter.numbers == Array(0..<75))
    #expect(exporter.flushes == 4)  // three, and one by the shutdown
  }

  @Test("a flush followed by the schedule delay exports once (trap 2)")
  func noDoubleExport() throws {
    let exporter = ScriptedExporter()
    try onProcessor(exporter) { processor, loop in
      processor.onEnd(Thing(number: 1))
      _ = await processor.forceFlush(within: .seconds(1))
      await loop.sleep(.seconds(20))
      #expect(exporter.batches == [[1]])
    }
  }

  @Test("a flush during a flush waits for the items between them (trap 3)")
  func flushDuringFlush() throws {
    let exporter = ScriptedExporter { _, _ in
      await TelemetryLoop.current?.sleep(.seconds(1))
      return .success
    }
    try onProcessor(exporter) { processor, loop in
      processor.onEnd(Thing(number: 1))
      async let first = processor.forceFlush(within: .seconds(10))
      await loop.sleep(.milliseconds(500))
      processor.onEnd(Thing(number: 2))
      let second = await processor.forceFlush(within: .seconds(10))
      #expect(second.isDelivered && second.ledger.exported == 2)
      #expect(await first.isDelivered)
      #expect(loop.now == .init(nanoseconds: 2_000_000_000))
    }
  }

  @Test("a flush doesn't wait for later items")
  func watermark() throws {
    let gate = Promise<Bool>()
    let exporter = ScriptedExporter { batch, _ in
      if batch[0].number == 2 { _ = await gate.value }
      return .success
    }
    try onProcessor(exporter, batch: 1) { processor, loop in
      processor.onEnd(Thing(number: 1))
      async let flush = processor.forceFlush(within: .seconds(10))
      await loop.sleep(.milliseconds(1))
      processor.onEnd(Thing(number: 2))
      let report = await flush
      #expect(report.isComplete && report.ledger.exported == 1)
      gate.fulfil(true)
    }
  }

  @Test("a flush after shutdown completes at once (trap 4)")
  func afterShutdown() throws {
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: ScriptedExporter(), loop: loop)
      _ = await processor.shutdown(within: .seconds(1))
      let before = loop.now
      let report = await processor.forceFlush(within: .seconds(100))
      #expect(report.isDelivered && loop.now == before)
    }
  }

  @Test("a flush reports the losses of its first batch even if the last one succeeds (trap 5)")
  func firstBatchFails() throws {
    let exporter = ScriptedExporter { batch, _ in
      batch[0].number == 0 ? ExportOutcome(exported: 3, dropped: [.unreachable: 7], attempts: 2) : .success
    }
    try onProcessor(exporter) { processor, _ in
      for number in 0..<20 { processor.onEnd(Thing(number: number)) }
      let report = await processor.forceFlush(within: .seconds(1))
      #expect(report.isComplete && !report.isDelivered)
      #expect(report.lost == 7)
      #expect(report.ledger.dropped == [.unreachable: 7])
      #expect(report.ledger.attempts == 3)
      // The next flush reports no loss.
      let next = await processor.forceFlush(within: .seconds(1))
      #expect(next.isDelivered)
    }
  }

  @Test("a flush ends exactly at its deadline, and the items are still exported")
  func deadline() throws {
    let exporter = ScriptedExporter { _, _ in
      await TelemetryLoop.current?.sleep(.seconds(5))
      return .success
    }
    try onProcessor(exporter) { processor, loop in
      processor.onEnd(Thing(number: 1))
      let report = await processor.forceFlush(within: .seconds(2))
      #expect(!report.isComplete && report.lost == 0 && report.ledger.inFlight == 1)
      #expect(loop.now == .init(nanoseconds: 2_000_000_000))
      await loop.sleep(.seconds(4))
      #expect(processor.ledger.exported == 1)
    }
  }

  @Test("an exporter's flush that never returns doesn't delay the processor's flush")
  func stuckExporterFlush() throws {
    struct Stuck: Exporter {
      func export(_ batch: Batch<Thing>, deadline: Deadline) async -> ExportOutcome { .success }
      func forceFlush(deadline: Deadline) async -> Bool { await Promise<Bool>().value }
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: Stuck(), loop: loop)
      processor.onEnd(Thing(number: 1))
      let report = await processor.forceFlush(within: .seconds(2))
      #expect(!report.isComplete && report.ledger.exported == 1)
      let end = await processor.shutdown(within: .seconds(2))
      #expect(!end.isComplete && end.lost == 0)
      #expect(loop.now == .init(nanoseconds: 3_900_000_000))
    }
  }

  @Test("a flush without items makes no request (trap 19)")
  func empty() throws {
    let exporter = ScriptedExporter()
    try onProcessor(exporter) { processor, _ in
      let report = await processor.forceFlush(within: .seconds(1))
      #expect(report.isDelivered)
    }
    #expect(exporter.batches.isEmpty && exporter.shutdowns == 1)
  }

  @Test("all of many concurrent flushes are answered")
  func concurrentFlushes() throws {
    let exporter = ScriptedExporter { _, _ in
      await TelemetryLoop.current?.sleep(.milliseconds(10))
      return .success
    }
    try onProcessor(exporter) { processor, loop in
      let answers = Promise<Bool>()
      let counter = Counter()
      for number in 0..<50 {
        processor.onEnd(Thing(number: number))
        Task(executorPreference: loop) {
          let report = await processor.forceFlush(within: .seconds(10))
          #expect(report.isDelivered && report.ledger.exported > number)
          if counter.increment() == 50 { answers.fulfil(true) }
        }
        await loop.sleep(.milliseconds(1))
      }
      _ = await answers.value
    }
  }
}
