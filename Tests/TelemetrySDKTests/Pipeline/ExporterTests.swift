import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct ExporterTests {
  @Test("the number of concurrent exports may change; items without a free slot stay in the queue")
  func changingSlots() throws {
    let exporter = ScriptedExporter(maxConcurrentExports: 1) { _, _ in
      await TelemetryLoop.current?.sleep(.milliseconds(100))
      return .success
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.maxExportBatchSize = 10 }, loop: loop)
      for number in 0..<200 { processor.onEnd(Thing(number: number)) }
      for (slots, inFlight) in [(4, 10), (2, 40), (3, 20), (0, 30), (5, 10)] {
        await loop.sleep(.milliseconds(50))
        #expect(processor.ledger.inFlight == inFlight)
        exporter.state.withLock { $0.slots = slots }
        await loop.sleep(.milliseconds(50))
      }
      #expect(await processor.shutdown(within: .seconds(10)).ledger.exported == 200)
    }
  }

  @Test("a flush or shutdown with queued items expedites the exporter once", arguments: [true, false])
  func expedites(isShutdown: Bool) throws {
    let exporter = ScriptedExporter { _, _ in
      await TelemetryLoop.current?.sleep(.seconds(1))
      return .success
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      _ = await processor.forceFlush(within: .seconds(1))
      #expect(exporter.expedites == [])
      processor.onEnd(Thing(number: 0))
      let end = Deadline(loop.now + .seconds(8))
      let report =
        isShutdown ? await processor.shutdown(within: .seconds(8)) : await processor.forceFlush(within: .seconds(8))
      #expect(report.isDelivered)
      #expect(exporter.expedites.count == 1)
      #expect(exporter.expedites.allSatisfy { $0 <= end && $0 > Deadline(loop.now + .seconds(6)) })
      _ = await processor.shutdown(within: .zero)
    }
  }

  /// Traces each of its calls.
  private final class TracedExporter: SpanExporter {
    let tracer = Locked<TelemetryTracer?>(nil)
    let calls = Counter()

    private func call() {
      tracer.withLock { $0 }?.withSpan("client") { span in
        #expect(!span.isRecording)
        calls.increment()
      }
    }

    func export(_ batch: SpanBatch, deadline: Deadline) async -> ExportOutcome {
      call()
      await Task.yield()
      call()
      return .success
    }

    func forceFlush(deadline: Deadline) async -> Bool {
      call()
      return true
    }

    func shutdown(deadline: Deadline) async { call() }
  }

  @Test("an exporter with a traced client doesn't trace its own calls (4.8.9)")
  func suppressedRecording() async throws {
    let exporter = TracedExporter()
    let provider = try TracerProvider(BatchSpanProcessor(exporter: exporter))
    exporter.tracer.withLock { $0 = provider.tracer("client") }
    provider.tracer("program").startSpan("span").end()
    _ = await provider.forceFlush(within: .seconds(30))
    let ledger = await provider.shutdown(within: .seconds(30)).ledger
    #expect(ledger.ended == 1 && ledger.exported == 1 && exporter.calls.value >= 4)
    exporter.tracer.withLock { $0 = nil }
  }
}
