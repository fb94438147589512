import TelemetryCore
import TelemetrySDK
import Testing

/// When a batch processor exports (4.7.1).
@Suite struct BatchTriggerTests {
  @Test func aFullBatchIsExportedAtOnce() throws {
    let exporter = ScriptedExporter()
    let ledger = try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.maxExportBatchSize = 4 }, loop: loop)
      for number in 0..<4 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.milliseconds(1))
      #expect(exporter.batches == [[0, 1, 2, 3]])
      return await processor.shutdown(within: .seconds(1)).ledger
    }
    #expect(ledger.exported == 4 && ledger.isBalanced && ledger.exports == 1)
  }

  @Test func fewItemsAreExportedAfterTheScheduleDelay() throws {
    let exporter = ScriptedExporter()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      processor.onEnd(Thing(number: 1))
      await loop.sleep(.milliseconds(4_999))
      #expect(exporter.batches.isEmpty)
      #expect(processor.ledger.queued == 1)  // trap 25
      await loop.sleep(.milliseconds(2))
      #expect(exporter.batches == [[1]])
      #expect(exporter.times == [MonotonicInstant(nanoseconds: 5_000_000_000)])
      _ = await processor.shutdown(within: .seconds(1))
    }
  }
}
