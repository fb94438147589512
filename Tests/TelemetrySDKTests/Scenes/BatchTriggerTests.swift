import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// The triggers of an export (RULES 4.7.1).
@Suite(.ownThreads) struct BatchTriggerTests {
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

  @Test func aWakeDrainsUntilLessThanABatchIsLeft() throws {
    let exporter = ScriptedExporter()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.maxExportBatchSize = 10 }, loop: loop)
      for number in 0..<37 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.milliseconds(1))
      #expect(exporter.sizes == [10, 10, 10])
      #expect(processor.ledger.queued == 7)
      await loop.sleep(.seconds(5))
      #expect(exporter.numbers == Array(0..<37))
      _ = await processor.shutdown(within: .seconds(1))
    }
  }

  @Test("one item a second causes at most one request per schedule delay (trap 21)")
  func oneItemASecond() throws {
    let exporter = ScriptedExporter()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      for number in 0..<60 {
        processor.onEnd(Thing(number: number))
        await loop.sleep(.seconds(1))
      }
      #expect(exporter.batches.count <= 12)
      for (earlier, later) in zip(exporter.times, exporter.times.dropFirst()) {
        #expect(later - earlier >= .seconds(5))
      }
      _ = await processor.shutdown(within: .seconds(1))
    }
    #expect(exporter.numbers == Array(0..<60))
  }

  @Test("half of the byte bound triggers an export")
  func bytesTrigger() throws {
    let exporter = ScriptedExporter()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.maxQueueBytes = 1 << 20 }, loop: loop)
      for number in 0..<3 { processor.onEnd(Thing(number: number, size: 200 << 10)) }
      await loop.sleep(.milliseconds(1))
      #expect(exporter.batches == [[0, 1, 2]])
      #expect(processor.itemBytes == 0)
      _ = await processor.shutdown(within: .seconds(1))
    }
  }

  @Test("a batch is bounded in bytes, as a Collector requires, and a larger item is exported alone")
  func batchBytes() throws {
    let exporter = ScriptedExporter()
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      for number in 0..<7 { processor.onEnd(Thing(number: number, size: 1 << 20)) }
      processor.onEnd(Thing(number: 7, size: 6 << 20))
      processor.onEnd(Thing(number: 8))
      await loop.sleep(.milliseconds(1))
      // An export begins whenever the queue holds a batch of bytes; the last item waits for the schedule delay.
      #expect(exporter.batches == [[0, 1, 2], [3, 4, 5], [6], [7]])
      await loop.sleep(.seconds(5))
      #expect(exporter.batches.last == [8] && processor.ledger.exported == 9 && processor.itemBytes == 0)
      _ = await processor.shutdown(within: .seconds(1))
    }
  }

  @Test("a flush exports all items in several batches if the bytes require that")
  func flushInBytes() throws {
    let exporter = ScriptedExporter()
    try onVirtualLoop { loop in
      let configuration = BatchConfiguration { $0.maxExportBatchBytes = 1024 }
      let processor = try BatchProcessor(exporter: exporter, configuration: configuration, loop: loop)
      for number in 0..<9 { processor.onEnd(Thing(number: number)) }
      let report = await processor.forceFlush(within: .seconds(1))
      #expect(report.isDelivered && report.ledger.exported == 9)
      for number in 9..<34 { processor.onEnd(Thing(number: number)) }
      #expect(await processor.shutdown(within: .seconds(1)).ledger.exported == 34)
    }
    #expect(exporter.sizes == [9, 10, 10, 5] && exporter.numbers == Array(0..<34))
  }

  @Test("an item that finds no room in bytes triggers an export at once")
  func bytesRunShort() throws {
    for overflow in [OverflowPolicy.dropNewest, .dropOldest, .block(upTo: .seconds(9))] {
      let exporter = ScriptedExporter()
      try onVirtualLoop { loop in
        let configuration = BatchConfiguration {
          $0.maxQueueBytes = 1 << 20
          $0.overflow = overflow
        }
        let processor = try BatchProcessor(exporter: exporter, configuration: configuration, loop: loop)
        processor.onEnd(Thing(number: 0, size: 400 << 10))
        processor.onEnd(Thing(number: 1, size: 700 << 10))
        await loop.sleep(.milliseconds(1))
        #expect(exporter.batches == (overflow == .dropOldest ? [[1]] : [[0]]))
        _ = await processor.shutdown(within: .seconds(1))
      }
    }
  }

  @Test("exports overlap up to the exporter's limit (RULES 4.7.2)", arguments: [1, 3])
  func concurrency(_ most: Int) throws {
    let exporter = ScriptedExporter(maxConcurrentExports: most) { _, _ in
      await TelemetryLoop.current?.sleep(.milliseconds(100))
      return .success
    }
    let ledger = try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.maxExportBatchSize = 10 }, loop: loop)
      for number in 0..<100 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.milliseconds(50))
      #expect(processor.ledger.inFlight == most * 10)
      return await processor.shutdown(within: .seconds(10)).ledger
    }
    #expect(exporter.maxRunning == most)  // RULES 4.7.2
    #expect(ledger.exported == 100)
  }

  @Test("a batch as large as the queue is exported when the queue is full")
  func batchAsLargeAsTheQueue() throws {
    let exporter = ScriptedExporter()
    try onVirtualLoop { loop in
      let configuration = BatchConfiguration {
        $0.maxQueueSize = 8
        $0.maxExportBatchSize = 8
      }
      let processor = try BatchProcessor(exporter: exporter, configuration: configuration, loop: loop)
      for number in 0..<8 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.milliseconds(1))
      #expect(exporter.sizes == [8])
      _ = await processor.shutdown(within: .seconds(1))
    }
  }
}
