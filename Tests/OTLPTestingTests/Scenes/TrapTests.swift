import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Real bugs of other exporters, by their number in the list of traps in RULES.md, from `onEnd` to the collector.
@Suite(.ownThreads) struct TrapTests {
  private struct Pipeline: Sendable {
    let simulation: Simulation
    let collector: LoopbackCollector
    let exporter: OTLPGRPCExporter
    let processor: BatchSpanProcessor

    var now: MonotonicInstant { simulation.now }

    func end(_ spans: [SpanData]) { for span in spans { processor.onEnd(span) } }
  }

  private static func run(
    _ configure: (inout LoopbackCollector.Configuration, inout OTLPGRPCExporter.Configuration) -> Void = { _, _ in },
    _ body: @escaping @Sendable (Pipeline) async throws -> Void
  ) throws {
    var server = LoopbackCollector.Configuration()
    var client = OTLPGRPCExporter.Configuration(endpoint: "http://collector:4317")
    configure(&server, &client)
    let (serverCopy, clientCopy) = (server, client)
    try simulate(seed: 1, limit: .seconds(24 * 3600)) { simulation in
      let collector = try await LoopbackCollector(serverCopy, on: CollectorFixture.address, of: simulation)
      let exporter = try OTLPGRPCExporter(
        clientCopy, loop: simulation.loop, network: simulation.network, diagnostics: .silent)
      let processor = try BatchSpanProcessor(exporter: exporter, loop: simulation.loop, diagnostics: .silent)
      let pipeline = Pipeline(simulation: simulation, collector: collector, exporter: exporter, processor: processor)
      try await body(pipeline)
      #expect(await processor.shutdown(within: .seconds(5)).ledger.isBalanced)
      await collector.stop()
    }
  }

  private static func spans(_ count: Int) -> [SpanData] { CollectorFixture.spans(count) }

  @Test("a flush before the schedule delay ends exports once (trap 2)")
  func flushThenTick() throws {
    try Self.run { pipeline in
      pipeline.end(Self.spans(10))
      #expect(await pipeline.processor.forceFlush(within: .seconds(5)).isComplete)
      await pipeline.simulation.sleep(.seconds(60))
      #expect(pipeline.collector.spanCount == 10)
      #expect(pipeline.collector.requestCount == 1)
    }
  }

  @Test("UNAVAILABLE in trailers after headers is retried (trap 8)")
  func statusAfterHeaders() throws {
    try Self.run { pipeline in
      pipeline.collector.script(.status(.unavailable, afterHeaders: true))
      pipeline.end(Self.spans(10))
      #expect(await pipeline.processor.forceFlush(within: .seconds(20)).isComplete)
      #expect(pipeline.processor.ledger.exported == 10)
      #expect(pipeline.collector.requestCount == 2)
    }
  }

  @Test(
    "a delay of RetryInfo, at most 10 min, sends nothing and loses nothing (traps 10 and 28)",
    arguments: [60, 10 * 365 * 86_400])
  func delayBeyondTheBudget(seconds: Int) throws {
    try Self.run { pipeline in
      pipeline.collector.script(.status(.unavailable, retryDelay: .seconds(seconds)))
      pipeline.end(Self.spans(10))
      let start = pipeline.now
      let report = await pipeline.processor.forceFlush(within: .seconds(59))
      #expect(!report.isComplete && report.lost == 0)
      #expect(pipeline.now - start == .seconds(59))
      #expect(pipeline.collector.requestCount == 1)
      #expect(await pipeline.processor.forceFlush(within: .seconds(600)).isDelivered)
      #expect(pipeline.now - start <= .seconds(min(seconds, 600) + 2))
      #expect(pipeline.processor.ledger.exported == 10)
      #expect(pipeline.collector.requestCount == 2)
    }
  }

  @Test("a request that timed out is reset, and its late success is not counted twice (trap 17)")
  func lateSuccess() throws {
    try Self.run {
      $1.timeout = .seconds(2)
    } _: { pipeline in
      pipeline.collector.script(.success.delayed(by: .seconds(3)))
      pipeline.end(Self.spans(10))
      #expect(await pipeline.processor.forceFlush(within: .seconds(20)).isComplete)
      await pipeline.simulation.sleep(.seconds(20))
      #expect(pipeline.collector.counts.clientResets == 1)
      #expect(pipeline.processor.ledger.exported == 10)
      #expect(pipeline.processor.ledger.possibleDuplicates == 10)
      // The reset prevented the late success.
      #expect(pipeline.collector.spanCount == 10)
    }
  }

  @Test("of a batch with one span that is too large, only that span is lost (trap 18)")
  func oneLargeSpan() throws {
    try Self.run { pipeline in
      var spans = Self.spans(512)
      spans[100].name = String(repeating: "x", count: 5 << 20)
      pipeline.end(spans)
      #expect(await pipeline.processor.forceFlush(within: .seconds(20)).isComplete)
      #expect(pipeline.processor.ledger.exported == 511)
      #expect(pipeline.processor.ledger.dropped == [.tooLarge: 1])
      #expect(pipeline.collector.spanCount == 511)
    }
  }

  @Test("an empty batch makes no request (trap 19)")
  func emptyBatch() throws {
    try Self.run { pipeline in
      #expect(await pipeline.processor.forceFlush(within: .seconds(5)).isComplete)
      let outcome = await pipeline.exporter.export([], deadline: Deadline(pipeline.now + .seconds(5)))
      #expect(outcome.exported == 0)
      #expect(pipeline.collector.requestCount == 0)
    }
  }

  @Test("two resources in one batch stay separate (trap 20)")
  func twoResources() throws {
    try Self.run { pipeline in
      var spans = Self.spans(4)
      for index in spans.indices {
        spans[index].resource = Resource(["service.name": .string("service \(index % 2)")])
      }
      pipeline.end(spans)
      #expect(await pipeline.processor.forceFlush(within: .seconds(5)).isComplete)
      let sorted = pipeline.collector.spans.sorted { $0.spanID.value < $1.spanID.value }
      #expect(sorted == spans)
    }
  }

  @Test("one span per second makes at most one request per schedule delay (trap 21)")
  func slowLoad() throws {
    try Self.run { pipeline in
      for span in Self.spans(60) {
        pipeline.end([span])
        await pipeline.simulation.sleep(.seconds(1))
      }
      await pipeline.simulation.sleep(.seconds(10))
      #expect(pipeline.collector.spanCount == 60)
      #expect(pipeline.collector.requestCount <= 12)
    }
  }

  @Test("an hour without responses needs no more memory than its first minutes (trap 22)")
  func stalledForAnHour() throws {
    try Self.run { pipeline in
      pipeline.collector.script((0..<10_000).map { _ in .silence })
      var maximum = (inFirstMinutes: 0, later: 0)
      for step in 0..<360 {
        pipeline.end(Self.spans(300))
        await pipeline.simulation.sleep(.seconds(10))
        let held = pipeline.processor.bytesHeld
        if step < 30 {
          maximum.inFirstMinutes = max(maximum.inFirstMinutes, held)
        } else {
          maximum.later = max(maximum.later, held)
        }
        let ledger = pipeline.processor.ledger
        #expect(ledger.isBalanced && ledger.queued <= 2048 && held <= 32 << 20)
      }
      // Each doubling of the failures lets one more batch leave the queue.
      let batch = 512 * Self.spans(1)[0].encodedSize!
      #expect(maximum.later <= maximum.inFirstMinutes + 4 * batch)
      #expect(pipeline.processor.ledger.droppedTotal > 100_000)
    }
  }

  @Test("gzip compresses the message on the wire (trap 26)")
  func gzip() throws {
    try Self.run {
      $1.compression = .gzip
    } _: { pipeline in
      pipeline.end(Self.spans(100))
      #expect(await pipeline.processor.forceFlush(within: .seconds(5)).isComplete)
      let request = try #require(pipeline.collector.requests.first)
      #expect(request.header("grpc-encoding") == "gzip")
      #expect(request.isCompressed)
      #expect(request.wireBytes < request.messageBytes / 2)
      #expect(pipeline.collector.spans == Self.spans(100))
    }
  }

  @Test("attempts and pauses end by the deadline of a flush or shutdown (trap 30)")
  func silentServer() throws {
    try Self.run { pipeline in
      pipeline.collector.script((0..<50).map { _ in .silence })
      pipeline.end(Self.spans(10))
      let start = pipeline.now
      let report = await pipeline.processor.forceFlush(within: .seconds(45))
      #expect(!report.isComplete && report.lost == 0)
      #expect(pipeline.now - start == .seconds(45))
      #expect(pipeline.collector.requestCount >= 3)
      let end = await pipeline.processor.shutdown(within: .seconds(15))
      #expect(!end.isComplete && end.lost == 10)
      #expect(pipeline.now - start <= .seconds(60))
      #expect(pipeline.processor.ledger.dropped == [.shutdown: 10])
    }
  }

  @Test("requests that GOAWAY or REFUSED_STREAM declares unprocessed are resent at once")
  func neverProcessed() throws {
    try Self.run { pipeline in
      for response: LoopbackCollector.Response in [.goAway(lastStream: .none), .reset(.refusedStream)] {
        pipeline.collector.script(response)
        pipeline.end(Self.spans(10))
        let start = pipeline.now
        #expect(await pipeline.processor.forceFlush(within: .seconds(5)).isComplete)
        #expect(pipeline.now - start < .milliseconds(100))
      }
      #expect(pipeline.processor.ledger.exported == 20)
      #expect(pipeline.processor.ledger.possibleDuplicates == 0)
      #expect(pipeline.collector.spanCount == 20)
    }
  }
}
