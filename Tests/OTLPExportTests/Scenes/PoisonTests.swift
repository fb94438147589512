import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Batches for which a server always fails, as in an outage, while other batches are accepted.
@Suite(.ownThreads) struct PoisonTests {
  private typealias Step = ScriptedClient.Step

  private static func processor(_ fixture: DeliveryFixture) throws -> BatchSpanProcessor {
    var configuration = BatchConfiguration()
    configuration.maxExportBatchSize = 10
    configuration.scheduleDelay = .milliseconds(100)
    configuration.exportTimeout = .seconds(20)
    return try BatchSpanProcessor(
      exporter: DeliveryExporter(delivery: fixture.delivery), configuration: configuration,
      loop: fixture.simulation.loop, diagnostics: .silent)
  }

  private static var badBatch: [SpanData] {
    var bad = StandardWorkload().spans(0..<10)
    bad[3].name = "bad"
    return bad
  }

  @Test(
    "poisoned batches delay the others for a while and run out of time",
    arguments: [(1, 16), (2, 16), (4, 16), (5, 16), (1, 1), (2, 1)], [false, true])
  func severalBatches(numbers: (count: Int, atOnce: Int), isSilent: Bool) throws {
    let (count, atOnce) = numbers
    try simulate(seed: 1, limit: .seconds(20_000)) { simulation in
      let fixture = DeliveryFixture(
        simulation,
        standard: .if("bad", isSilent ? .silence : .fail(.server(14)), else: .after(.milliseconds(5), .accept))
      ) { $0.maxConcurrentExports = atOnce }
      let processor = try Self.processor(fixture)
      for _ in 0..<count { for span in Self.badBatch { processor.onEnd(span) } }
      for _ in 0..<240 {
        for span in StandardWorkload().spans(0..<10) { processor.onEnd(span) }
        await simulation.sleep(.seconds(10))
      }
      #expect(processor.ledger.exported == 2400, "\(processor.ledger)")
      #expect(fixture.client.mostOpen <= atOnce)
      #expect(processor.ledger.dropped == [.timeout: count * 10], "\(processor.ledger)")
      _ = await processor.shutdown(within: .seconds(1))
    }
  }

  @Test("a poisoned batch runs out of time even if others are rare")
  func littleTraffic() throws {
    try simulate(seed: 1, limit: .seconds(20_000)) { simulation in
      let fixture = DeliveryFixture(
        simulation, standard: .if("bad", .fail(.server(14)), else: .after(.milliseconds(5), .accept)))
      let processor = try Self.processor(fixture)
      for span in Self.badBatch { processor.onEnd(span) }
      for _ in 0..<60 {
        await simulation.sleep(.seconds(60))
        for span in StandardWorkload().spans(0..<10) { processor.onEnd(span) }
      }
      await simulation.sleep(.seconds(10))
      #expect(processor.ledger.exported == 600 && processor.ledger.dropped == [.timeout: 10], "\(processor.ledger)")
      _ = await processor.shutdown(within: .seconds(1))
    }
  }

  @Test("an admission that coincides with the export's cancellation is returned")
  func admissionOfACancelledExport() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(14)), .after(.seconds(2), .accept)]) {
        $0.maxConcurrentExports = 2
      }
      @Sendable func export() -> Task<ExportOutcome, Never> {
        simulation.task {
          await fixture.delivery.export(
            SpanBatch(StandardWorkload().spans(0..<10)), timeout: .seconds(30), deadline: .never)
        }
      }
      let first = export()
      while fixture.client.calls.count < 2 { await simulation.sleep(.milliseconds(1)) }
      let others = [export(), export()]
      // Called when the server is back: the others have been told, and are given their turn next.
      fixture.delivery.observeRoom { for other in others { other.cancel() } }
      #expect(await first.value.exported == 10)
      for other in others { #expect(await other.value.dropped == [.shutdown: 10]) }
      #expect(await fixture.export(within: .seconds(5)).exported == 10)
    }
  }

  @Test("no requested pause lasts longer than ten minutes, even without a circuit")
  func longPause() throws {
    try simulate(seed: 1, limit: .seconds(20_000)) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(14, retryInfo: .some(.seconds(86_400 * 365))))]) {
        $0.retry.circuitThreshold = nil
      }
      let spans = StandardWorkload().spans(0..<10)
      let start = simulation.now
      let first = simulation.task {
        await fixture.delivery.export(SpanBatch(spans), timeout: .seconds(30), deadline: .never)
      }
      #expect(await first.value.exported == 10)
      #expect(simulation.now - start <= .seconds(602))
    }
  }

  @Test("attempts without a timeout end even in an outage, so that a silent server is found when it is back")
  func silenceWithoutATimeout() throws {
    try simulate(seed: 1, limit: .seconds(20_000)) { simulation in
      // Requests to the hanging server never get a response.
      let fixture = DeliveryFixture(
        simulation, [Step](repeating: .silence, count: 12), standard: .after(.milliseconds(5), .accept)
      ) { $0.timeout.set(.zero) }
      let processor = try Self.processor(fixture)
      for _ in 0..<10 { for span in StandardWorkload().spans(0..<10) { processor.onEnd(span) } }
      await simulation.sleep(.seconds(300))
      #expect(processor.ledger.exported == 100, "\(processor.ledger) \(fixture.client.calls.count)")
      _ = await processor.shutdown(within: .seconds(1))
    }
  }
}
