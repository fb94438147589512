import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The shutdown of a batch processor (RULES 4.6.4).
@Suite(.ownThreads) struct ShutdownTests {
  @Test func drainsEverythingAndEndsTheExporter() throws {
    let exporter = ScriptedExporter()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      for number in 0..<1300 { processor.onEnd(Thing(number: number)) }
      let report = await processor.shutdown(within: .seconds(5))
      #expect(report.isDelivered && report.ledger.exported == 1300 && report.ledger.isBalanced)
      #expect(processor.itemBytes == 0)
    }
    #expect(exporter.sizes == [512, 512, 276])
    #expect(exporter.flushes == 1 && exporter.shutdowns == 1)
  }

  @Test("a shutdown with a stuck exporter ends at its deadline and counts the lost items (trap 6)")
  func stuckExporter() throws {
    let exporter = ScriptedExporter { _, _ in await stuck() }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      for number in 0..<1000 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.seconds(1))
      let report = await processor.shutdown(within: .seconds(3))
      #expect(loop.now == .init(nanoseconds: 4_000_000_000))
      #expect(!report.isComplete && report.lost == 1000)
      #expect(report.ledger.dropped == [.shutdown: 1000])
      #expect(report.ledger.isBalanced && report.ledger.inFlight == 0 && report.ledger.queued == 0)
    }
    #expect(exporter.shutdowns == 1)
  }

  @Test("memory that an export gives back after the end isn't kept for another")
  func memoryAfterTheEnd() throws {
    let gate = Promise<Bool>()
    let exporter = ScriptedExporter { _, _ in
      _ = await gate.value
      return .success
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop, diagnostics: .silent)
      for number in 0..<1000 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.seconds(1))
      _ = await processor.shutdown(within: .seconds(1))
      #expect(processor.bytesHeld == 512 * 100)  // the call hasn't returned
      gate.fulfil(true)
      await loop.sleep(.seconds(1))
      #expect(processor.bytesHeld == 0)
    }
  }

  @Test("the exporter can retry until shortly before the deadline, and its drop reasons count")
  func retriesInsideTheDeadline() throws {
    let exporter = ScriptedExporter { batch, deadline in
      await TelemetryLoop.current?.sleep(until: deadline)
      return ExportOutcome(dropped: [.unreachable: batch.count], attempts: 9)
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      processor.onEnd(Thing(number: 1))
      let report = await processor.shutdown(within: .seconds(3))
      #expect(report.ledger.dropped == [.unreachable: 1])
      #expect(loop.now == .init(nanoseconds: 2_900_000_000))
      #expect(exporter.deadlines == [Deadline(.init(nanoseconds: 2_900_000_000))])
    }
  }

  @Test("an earlier export is cancelled in time to return its outcome")
  func cancelsEarlierExports() throws {
    let exporter = ScriptedExporter { batch, deadline in
      let slept = await TelemetryLoop.current?.sleep(until: deadline)
      return slept == true ? .success : ExportOutcome(dropped: [.timeout: batch.count])
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      processor.onEnd(Thing(number: 1))
      await loop.sleep(.seconds(6))
      let report = await processor.shutdown(within: .seconds(2))
      #expect(report.ledger.dropped == [.timeout: 1])
      #expect(loop.now == .init(nanoseconds: 7_900_000_000))
    }
  }

  @Test("items that end after shutdown are dropped and counted, with one warning (trap 7)")
  func afterShutdown() throws {
    let exporter = ScriptedExporter()
    let log = DiagnosticLog()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop, diagnostics: log.diagnostics)
      processor.onEnd(Thing(number: 1))
      _ = await processor.shutdown(within: .seconds(1))
      for number in 0..<1000 { processor.onEnd(Thing(number: number)) }
      #expect(processor.ledger.dropped == [.afterShutdown: 1000])
      #expect(processor.ledger.ended == 1001 && processor.ledger.isBalanced)
      await loop.sleep(.seconds(100))
    }
    #expect(exporter.batches == [[1]])
    #expect(log.messages == ["items that end after shutdown are dropped"])
  }

  @Test func aSecondShutdownGetsTheSameEnd() throws {
    let exporter = ScriptedExporter { _, _ in
      await TelemetryLoop.current?.sleep(.seconds(1))
      return .success
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      processor.onEnd(Thing(number: 1))
      async let first = processor.shutdown(within: .seconds(10))
      async let second = processor.shutdown(within: .seconds(20))
      let reports = await [first, second, processor.shutdown(within: .seconds(30))]
      for report in reports { #expect(report.isDelivered && report.ledger.exported == 1) }
      #expect(loop.now == .init(nanoseconds: 1_000_000_000))
    }
    #expect(exporter.shutdowns == 1)
  }

  @Test func aSecondShutdownCanShortenTheFirst() throws {
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: ScriptedExporter { _, _ in await stuck() }, loop: loop)
      processor.onEnd(Thing(number: 1))
      async let first = processor.shutdown(within: .seconds(60))
      await loop.sleep(.seconds(1))
      _ = await processor.shutdown(within: .seconds(1))
      #expect(await first.ledger.dropped == [.shutdown: 1])
      #expect(loop.now == .init(nanoseconds: 2_000_000_000))
    }
  }

  @Test("a shutdown without time counts all items as dropped and ends the exporter", arguments: [0, -5])
  func noTime(_ seconds: Int) throws {
    let exporter = ScriptedExporter()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      processor.onEnd(Thing(number: 1))
      let report = await processor.shutdown(within: .seconds(seconds))
      #expect(!report.isComplete && report.lost == 1)
      #expect(report.ledger.dropped == [.shutdown: 1])
      await loop.sleep(.milliseconds(1))
    }
    #expect(exporter.batches.isEmpty && exporter.shutdowns == 1)
  }

  @Test("an exporter's shutdown that never returns doesn't delay the processor's shutdown")
  func stuckExporterShutdown() throws {
    struct Stuck: Exporter {
      func export(_ batch: Batch<Thing>, deadline: Deadline) async -> ExportOutcome { .success }
      func shutdown(deadline: Deadline) async { _ = await Promise<Bool>().value }
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: Stuck(), loop: loop)
      processor.onEnd(Thing(number: 1))
      let report = await processor.shutdown(within: .seconds(2))
      #expect(!report.isComplete && report.lost == 0 && report.ledger.exported == 1)
      #expect(loop.now == .init(nanoseconds: 2_000_000_000))
    }
  }

  @Test("a shutdown answers a waiting flush")
  func flushDuringShutdown() throws {
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: ScriptedExporter { _, _ in await stuck() }, loop: loop)
      for number in 0..<3 { processor.onEnd(Thing(number: number)) }
      async let flush = processor.forceFlush(within: .seconds(60))
      await loop.sleep(.milliseconds(1))
      _ = await processor.shutdown(within: .seconds(1))
      let report = await flush
      #expect(report.lost == 3 && loop.now < .init(nanoseconds: 1_100_000_000))
    }
  }

  @Test("a processor released without shutdown delivers its items in the background and ends the exporter")
  func release() throws {
    let exporter = ScriptedExporter()
    try onVirtualLoop { loop in
      var processor: BatchProcessor<Thing>? = try BatchProcessor(exporter: exporter, loop: loop)
      processor?.onEnd(Thing(number: 1))
      processor = nil
      await loop.sleep(.milliseconds(1))
    }
    #expect(exporter.batches == [[1]] && exporter.shutdowns == 1)
  }
}
