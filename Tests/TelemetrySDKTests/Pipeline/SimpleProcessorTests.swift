import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct SimpleProcessorTests {
  @Test("each item is exported at once, one at a time (RULES 4.6.7)")
  func simple() throws {
    let exporter = ScriptedExporter(maxConcurrentExports: 4) { _, _ in
      await TelemetryLoop.current?.sleep(.milliseconds(10))
      return .success
    }
    try onVirtualLoop { loop in
      let processor = SimpleProcessor(exporter: exporter, loop: loop)
      processor.onEnd(Thing(number: 0))
      await loop.sleep(.milliseconds(1))
      #expect(exporter.batches == [[0]])
      for number in 1..<20 { processor.onEnd(Thing(number: number)) }
      let flush = await processor.forceFlush(within: .seconds(10))
      #expect(flush.isDelivered && flush.ledger.exports == 20)
      let ledger = await processor.shutdown(within: .seconds(1)).ledger
      #expect(ledger.exported == 20 && ledger.isBalanced)
    }
    #expect(exporter.numbers == Array(0..<20) && exporter.maxRunning == 1)
  }
}
