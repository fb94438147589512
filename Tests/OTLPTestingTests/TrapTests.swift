import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Real bugs of other exporters, by their number in the list of traps; the whole way of a span, on a virtual clock.
@Suite(.ownThreads) struct TrapTests {
  private struct Way: Sendable {
    let simulation: Simulation
    let collector: LoopbackCollector
    let exporter: OTLPGRPCExporter
    let processor: BatchSpanProcessor

    var now: MonotonicInstant { simulation.now }

    func end(_ spans: [SpanData]) { for span in spans { processor.onEnd(span) } }
  }

  private static func run(
    _ configure: (inout LoopbackCollector.Configuration, inout OTLPGRPCExporter.Configuration) -> Void = { _, _ in },
    _ body: @escaping @Sendable (Way) async throws -> Void
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
      let way = Way(simulation: simulation, collector: collector, exporter: exporter, processor: processor)
      try await body(way)
      #expect(await processor.shutdown(within: .seconds(5)).ledger.isBalanced)
      await collector.stop()
    }
  }

  private static func spans(_ count: Int) -> [SpanData] { CollectorFixture.spans(count) }

  @Test("trap 2: a flush and then the tick export once")
  func flushThenTick() throws {
    try Self.run { way in
      way.end(Self.spans(10))
      #expect(await way.processor.forceFlush(within: .seconds(5)).isComplete)
      await way.simulation.sleep(.seconds(60))
      #expect(way.collector.spanCount == 10)
      #expect(way.collector.requestCount == 1)
    }
  }

  @Test("trap 8: UNAVAILABLE in trailers after headers is retried")
  func statusAfterHeaders() throws {
    try Self.run { way in
      way.collector.script(.status(.unavailable, afterHeaders: true))
      way.end(Self.spans(10))
      #expect(await way.processor.forceFlush(within: .seconds(20)).isComplete)
      #expect(way.processor.ledger.exported == 10)
      #expect(way.collector.requestCount == 2)
    }
  }

  @Test(
    "traps 10 and 28: during a delay beyond the budget nothing is sent and nothing lost; it ends after 10 min at most",
    arguments: [60, 10 * 365 * 86_400])
  func delayBeyondTheBudget(seconds: Int) throws {
    try Self.run { way in
      way.collector.script(.status(.unavailable, retryDelay: .seconds(seconds)))
      way.end(Self.spans(10))
      let start = way.now
      let report = await way.processor.forceFlush(within: .seconds(59))
      #expect(!report.isComplete && report.lost == 0)
      #expect(way.now - start == .seconds(59))
      #expect(way.collector.requestCount == 1)
      #expect(await way.processor.forceFlush(within: .seconds(600)).isDelivered)
      #expect(way.now - start <= .seconds(min(seconds, 600) + 2))
      #expect(way.processor.ledger.exported == 10)
      #expect(way.collector.requestCount == 2)
    }
  }

  @Test("trap 17: a request that timed out is reset, and its late success isn't counted twice")
  func lateSuccess() throws {
    try Self.run {
      $1.timeout = .seconds(2)
    } _: { way in
      way.collector.script(.success.delayed(by: .seconds(3)))
      way.end(Self.spans(10))
      #expect(await way.processor.forceFlush(within: .seconds(20)).isComplete)
      await way.simulation.sleep(.seconds(20))
      #expect(way.collector.counts.clientResets == 1)
      #expect(way.processor.ledger.exported == 10)
      #expect(way.processor.ledger.possibleDuplicates == 10)
      // The reset took the late success back.
      #expect(way.collector.spanCount == 10)
    }
  }

  @Test("trap 18: one span that is too large doesn't take the others along")
  func oneLargeSpan() throws {
    try Self.run { way in
      var spans = Self.spans(512)
      spans[100].name = String(repeating: "x", count: 5 << 20)
      way.end(spans)
      #expect(await way.processor.forceFlush(within: .seconds(20)).isComplete)
      #expect(way.processor.ledger.exported == 511)
      #expect(way.processor.ledger.dropped == [.tooLarge: 1])
      #expect(way.collector.spanCount == 511)
    }
  }

  @Test("trap 19: an empty batch makes no request")
  func emptyBatch() throws {
    try Self.run { way in
      #expect(await way.processor.forceFlush(within: .seconds(5)).isComplete)
      let outcome = await way.exporter.export([], deadline: Deadline(way.now + .seconds(5)))
      #expect(outcome.exported == 0)
      #expect(way.collector.requestCount == 0)
    }
  }

  @Test("trap 20: two resources in one batch stay two")
  func twoResources() throws {
    try Self.run { way in
      var spans = Self.spans(4)
      for index in spans.indices {
        spans[index].resource = Resource(["service.name": .string("service \(index % 2)")])
      }
      way.end(spans)
      #expect(await way.processor.forceFlush(within: .seconds(5)).isComplete)
      let sorted = way.collector.spans.sorted { $0.spanID.value < $1.spanID.value }
      #expect(sorted == spans)
    }
  }

  @Test("trap 21: a span a second makes at most one request per delay")
  func slowLoad() throws {
    try Self.run { way in
      for span in Self.spans(60) {
        way.end([span])
        await way.simulation.sleep(.seconds(1))
      }
      await way.simulation.sleep(.seconds(10))
      #expect(way.collector.spanCount == 60)
      #expect(way.collector.requestCount <= 12)
    }
  }

  @Test("trap 22: an hour of a server that never answers holds no more memory than its beginning")
  func stalledForAnHour() throws {
    try Self.run { way in
      way.collector.script((0..<10_000).map { _ in .silence })
      var most = (inFirstMinutes: 0, later: 0)
      for step in 0..<360 {
        way.end(Self.spans(300))
        await way.simulation.sleep(.seconds(10))
        let held = way.processor.bytesHeld
        if step < 30 {
          most.inFirstMinutes = max(most.inFirstMinutes, held)
        } else {
          most.later = max(most.later, held)
        }
        let ledger = way.processor.ledger
        #expect(ledger.isBalanced && ledger.queued <= 2048 && held <= 32 << 20)
      }
      // One more batch leaves the queue each time that the failures have doubled: it may be theirs alone.
      let batch = 512 * Self.spans(1)[0].encodedSizeBound
      #expect(most.later <= most.inFirstMinutes + 4 * batch)
      #expect(way.processor.ledger.droppedTotal > 100_000)
    }
  }

  @Test("trap 26: gzip is on the wire")
  func gzip() throws {
    try Self.run {
      $1.compression = .gzip
    } _: { way in
      way.end(Self.spans(100))
      #expect(await way.processor.forceFlush(within: .seconds(5)).isComplete)
      let request = try #require(way.collector.requests.first)
      #expect(request.header("grpc-encoding") == "gzip")
      #expect(request.isCompressed)
      #expect(request.wireBytes < request.messageBytes / 2)
      #expect(way.collector.spans == Self.spans(100))
    }
  }

  @Test("trap 30: attempts and pauses together never pass the end of a flush or shutdown")
  func silentServer() throws {
    try Self.run { way in
      way.collector.script((0..<50).map { _ in .silence })
      way.end(Self.spans(10))
      let start = way.now
      let report = await way.processor.forceFlush(within: .seconds(45))
      #expect(!report.isComplete && report.lost == 0)
      #expect(way.now - start == .seconds(45))
      #expect(way.collector.requestCount >= 3)
      let end = await way.processor.shutdown(within: .seconds(15))
      #expect(!end.isComplete && end.lost == 10)
      #expect(way.now - start <= .seconds(60))
      #expect(way.processor.ledger.dropped == [.shutdown: 10])
    }
  }

  @Test("requests that GOAWAY or REFUSED_STREAM turned away are sent again at once")
  func neverProcessed() throws {
    try Self.run { way in
      for response: LoopbackCollector.Response in [.goAway(lastStream: .none), .reset(.refusedStream)] {
        way.collector.script(response)
        way.end(Self.spans(10))
        let start = way.now
        #expect(await way.processor.forceFlush(within: .seconds(5)).isComplete)
        #expect(way.now - start < .milliseconds(100))
      }
      #expect(way.processor.ledger.exported == 20)
      #expect(way.processor.ledger.possibleDuplicates == 0)
      #expect(way.collector.spanCount == 20)
    }
  }
}
