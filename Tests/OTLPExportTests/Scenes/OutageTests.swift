import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// A server that is away: batches wait, the queue holds the rest, and nothing dies of age.
@Suite(.ownThreads) struct OutageTests {
  private typealias Step = ScriptedClient.Step

  private static func processor(
    _ fixture: DeliveryFixture, configure: (inout BatchConfiguration) -> Void = { _ in }
  ) throws -> BatchSpanProcessor {
    var configuration = BatchConfiguration()
    configuration.maxExportBatchSize = 10
    configuration.scheduleDelay = .milliseconds(100)
    configure(&configuration)
    return try BatchSpanProcessor(
      exporter: DeliveryExporter(delivery: fixture.delivery), configuration: configuration,
      loop: fixture.simulation.loop, diagnostics: .silent)
  }

  private static let failures: [Step] = [
    .fail(.server(14)), .fail(.transport(.unknown)), .silence, .after(.seconds(10), .fail(.connect)),
    .fail(.server(8, retryInfo: .some(.seconds(20)))), .fail(.server(14, pushback: .retry(after: .seconds(20)))),
  ]

  @Test("an export's own time stands still in an outage, a deadline doesn't", arguments: failures.indices)
  func exportTime(index: Int) throws {
    try simulate(seed: 1) { simulation in
      let back = simulation.now + .seconds(100)
      let fixture = DeliveryFixture(simulation, standard: .until(back, Self.failures[index], then: .accept))
      let spans = StandardWorkload().spans(0..<10)
      let patient = simulation.task {
        await fixture.delivery.export(SpanBatch(spans), timeout: .seconds(5), deadline: .never)
      }
      let start = simulation.now
      let other = simulation.task {
        await fixture.delivery.export(SpanBatch(spans), timeout: .seconds(5), deadline: Deadline(start + .seconds(60)))
      }
      #expect(await fixture.export(within: .seconds(50)).exported == 0)
      #expect(simulation.now - start <= .seconds(50))
      #expect(await other.value.exported == 0)
      #expect(simulation.now - start <= .seconds(60))
      let outcome = await patient.value
      #expect(outcome.exported == 10)
      // A silent attempt may have been open when the server returned, and ends by the timeout.
      #expect(simulation.now - back <= (index == 2 ? .seconds(10) : index >= 4 ? .seconds(21) : .seconds(4)))
    }
  }

  @Test("a server that responds to all but one batch is up: that batch's time runs out", arguments: [true, false])
  func oneBatchIsNotAnswered(isSilent: Bool) throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let step: Step = isSilent ? .silence : .fail(.server(14))
      let fixture = DeliveryFixture(simulation, standard: .if("bad", step, else: .after(.milliseconds(5), .accept)))
      let processor = try Self.processor(fixture) { $0.exportTimeout = .seconds(20) }
      var bad = StandardWorkload().spans(0..<10)
      bad[3].name = "bad"
      for span in bad { processor.onEnd(span) }
      for _ in 0..<300 {
        await simulation.sleep(.seconds(1))
        for span in StandardWorkload().spans(0..<10) { processor.onEnd(span) }
      }
      await simulation.sleep(.seconds(5))
      #expect(processor.ledger.dropped == [.timeout: 10])
      #expect(processor.ledger.exported == 3000)
      _ = await processor.shutdown(within: .seconds(1))
    }
  }

  @Test("shutdown reaches a server that is back, even beside a probe without response", arguments: 0..<40)
  func shutdownBesideASilentProbe(seed: UInt64) throws {
    try simulate(seed: seed, limit: .seconds(3600)) { simulation in
      let back = simulation.now + .seconds(60) + .milliseconds(simulation.draw(in: 0...12_000))
      let fixture = DeliveryFixture(simulation, standard: .until(back, .silence, then: .accept))
      let processor = try Self.processor(fixture)
      while simulation.now < back {
        for span in StandardWorkload().spans(0..<5) { processor.onEnd(span) }
        await simulation.sleep(min(.seconds(1), back - simulation.now))
      }
      let calls = fixture.client.calls.count
      let report = await processor.shutdown(within: .seconds(5))
      #expect(fixture.client.calls.count > calls)
      #expect(report.lost == 0 && report.ledger.droppedTotal == 0, "\(report)")
      #expect(simulation.now - back <= .seconds(1))
    }
  }

  @Test("a flush keeps the pause that the server requested, and shutdown drops waiting exports at once")
  func requestedPause() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .fail(.server(14, retryInfo: .some(.seconds(600)))))
      let processor = try Self.processor(fixture)
      for span in StandardWorkload().spans(0..<35) { processor.onEnd(span) }
      await simulation.sleep(.seconds(100))
      let calls = fixture.client.calls.count
      #expect(processor.ledger.droppedTotal == 0 && calls <= 4)
      let report = await processor.forceFlush(within: .seconds(5))
      #expect(!report.isComplete && report.lost == 0)
      let start = simulation.now
      let end = await processor.shutdown(within: .seconds(5))
      #expect(end.ledger.dropped == [.shutdown: 35])
      #expect(simulation.now - start <= .seconds(5))
      #expect(fixture.client.calls.count == calls)
    }
  }

  @Test("a batch without response doesn't delay the discovery of a server that is back")
  func besideASilentProbe() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .silence) { $0.timeout.set(.seconds(60)) }
      let processor = try Self.processor(fixture) { $0.exportTimeout = .seconds(600) }
      for span in StandardWorkload().spans(0..<10) { processor.onEnd(span) }
      await simulation.sleep(.seconds(61))
      #expect(fixture.delivery.room == 1)
      for span in StandardWorkload().spans(0..<100) { processor.onEnd(span) }
      await simulation.sleep(.seconds(30))
      let times = fixture.client.calls.map(\.time)
      #expect(fixture.client.calls.count == 5 && processor.ledger.inFlight == 40)
      for (earlier, later) in zip(times.dropFirst(), times.dropFirst(2)) { #expect(later - earlier == .seconds(4)) }
      _ = await processor.shutdown(within: .zero)
    }
  }

  @Test("a request from before the server came back is abandoned and resent")
  func abandoned() throws {
    try simulate(seed: 1) { simulation in
      let back = simulation.now + .seconds(100)
      let fixture = DeliveryFixture(simulation, standard: .until(back, .silence, then: .accept)) {
        $0.timeout.set(.seconds(90))
      }
      let processor = try Self.processor(fixture) { $0.exportTimeout = .seconds(600) }
      for span in StandardWorkload().spans(0..<50) { processor.onEnd(span) }
      await simulation.sleep(back - simulation.now + .seconds(5))
      #expect(processor.ledger.exported == 50)
      #expect(fixture.client.mostOpen <= 4)
      let report = await processor.shutdown(within: .seconds(1))
      #expect(report.ledger.exported == 50 && report.ledger.possibleDuplicates > 0)
    }
  }

  @Test("limit and back-off bound the attempts at a server that fails sometimes", arguments: [5, 2])
  func attemptsAreBounded(successOneIn: Int) throws {
    try simulate(seed: 1) { simulation in
      let steps = (1...20_000).map { number in
        Step.after(.milliseconds(5), number % successOneIn == 0 ? .accept : .fail(.server(14)))
      }
      let fixture = DeliveryFixture(simulation, steps)
      let processor = try Self.processor(fixture) { $0.maxQueueSize = 20_000 }
      for _ in 0..<2000 { for span in StandardWorkload().spans(0..<10) { processor.onEnd(span) } }
      await simulation.sleep(.seconds(60))
      let calls = fixture.client.calls.count
      let failed = calls - calls / successOneIn
      // Five in a row would open the circuit, which these never do.
      #expect(failed <= 60 * 16 && calls > 60, "\(failed) of \(calls) failed")
      _ = await processor.shutdown(within: .zero)
    }
  }

  @Test("without a circuit the back-off bounds the attempts")
  func withoutACircuit() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .fail(.server(14))) { $0.retry.circuitThreshold = nil }
      let processor = try Self.processor(fixture)
      for _ in 0..<200 { for span in StandardWorkload().spans(0..<10) { processor.onEnd(span) } }
      await simulation.sleep(.seconds(600))
      #expect(fixture.client.calls.count <= 4 * 60)
      // A fifth export was admitted after the first four had failed 24 times each.
      #expect(processor.ledger.droppedTotal == 0 && processor.ledger.queued == 1950)
      _ = await processor.shutdown(within: .zero)
    }
  }
}
