import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// A server that fails altogether: few attempts, nothing lost that could be delivered, a quick return.
@Suite(.ownThreads) struct CircuitTests {
  private typealias Step = ScriptedClient.Step

  /// A server that fails for `time`.
  private static func fixture(
    _ simulation: Simulation, failingFor time: Duration, _ failure: Step = .fail(.server(14)),
    configure: (inout OTLPConfiguration) -> Void = { _ in }
  ) -> DeliveryFixture {
    DeliveryFixture(
      simulation, standard: .until(simulation.now + time, failure, then: .accept), configure: configure)
  }

  private static func exports(
    _ count: Int, _ fixture: DeliveryFixture, within: Duration
  ) -> [Task<ExportOutcome, Never>] {
    (0..<count).map { _ in fixture.simulation.task { await fixture.export(1, within: within) } }
  }

  private static func suspended(_ fixture: DeliveryFixture) async {
    while fixture.delivery.room > 1 { await fixture.simulation.sleep(.milliseconds(10)) }
  }

  @Test(arguments: 1...3) func aThousandWaitingExportsCauseNoStorm(seed: UInt64) throws {
    try simulate(seed: seed) { simulation in
      let fixture = Self.fixture(simulation, failingFor: .seconds(1000))
      let start = simulation.now
      for export in Self.exports(1000, fixture, within: .seconds(60)) {
        #expect(await export.value.dropped == [.timeout: 1])
      }
      #expect(simulation.now - start == .seconds(60))
      let times = fixture.client.calls.map { $0.time - start }
      // Attempts until the circuit opened, and then after pauses of half a second and more.
      #expect(times.count <= 20 + 30)
      for window in 2..<60 {
        #expect(times.count { $0 >= .seconds(window) && $0 < .seconds(window + 1) } <= 2)
      }
      #expect(fixture.log.events.filter { $0.level >= .warning }.count == 2)
    }
  }

  @Test(arguments: 1...3) func aServerThatReturnsIsFoundSoonAndNotFlooded(seed: UInt64) throws {
    try simulate(seed: seed) { simulation in
      let accept = Step.after(.milliseconds(20), .accept)
      let back = simulation.now + .seconds(40)
      let fixture = DeliveryFixture(simulation, standard: .until(back, .fail(.server(14)), then: accept)) {
        $0.maxConcurrentExports = 16
      }
      for export in Self.exports(1000, fixture, within: .seconds(120)) { #expect(await export.value.exported == 1) }
      let after = fixture.client.calls.map(\.time).filter { $0 >= back }
      #expect(after[0] - back <= OTLPRetryPolicy().maxCircuitPause)
      // The probe alone, then two at once, and so on: not more than double for each answer's time.
      #expect(after.count { $0 < after[0] + .milliseconds(20) } == 1)
      #expect(after.count { $0 < after[0] + .milliseconds(40) } <= 3)
      #expect(after.count == 1000)
      #expect(fixture.events("the server fails").count == 1)
      #expect(fixture.events("the server answers").count == 1)
      #expect(fixture.events("the server answers").first?.level == .info)
    }
  }

  @Test func silenceAndLostConnectionsOpenTheCircuit() throws {
    for failure in [Step.silence, .fail(.transport(.unknown)), .fail(.transport(.neverProcessed)), .fail(.server(8))] {
      try simulate(seed: 1) { simulation in
        let fixture = Self.fixture(simulation, failingFor: .seconds(1000), failure)
        let exports = Self.exports(40, fixture, within: .seconds(100))
        await Self.suspended(fixture)
        for export in exports { _ = await export.value }
        #expect(fixture.events("the server fails").count == 1)
      }
    }
  }

  @Test func refusalsAreAnswers() throws {
    try simulate(seed: 1) { simulation in
      let fixture = Self.fixture(simulation, failingFor: .seconds(1000), .fail(.server(7)))
      for export in Self.exports(100, fixture, within: .seconds(10)) {
        #expect(await export.value.dropped == [.refused: 1])
      }
      #expect(fixture.delivery.room > 1)
      #expect(fixture.client.calls.count == 100)
    }
  }

  @Test func withoutAConnectionTheChannelPauses() throws {
    try simulate(seed: 1) { simulation in
      let fixture = Self.fixture(simulation, failingFor: .seconds(1000), .after(.seconds(10), .fail(.connect)))
      for export in Self.exports(8, fixture, within: .seconds(300)) { _ = await export.value }
      #expect(fixture.delivery.room == 1)
      #expect(fixture.events("the server fails").isEmpty)
      // An attempt always waits for the connection.
      let times = fixture.client.calls.map(\.time)
      for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier <= .seconds(10)) }
    }
  }

  // MARK: Promises that hold

  @Test func deadlinesAndCancellationHoldInTheQueue() throws {
    try simulate(seed: 2) { simulation in
      let fixture = Self.fixture(simulation, failingFor: .seconds(1000))
      let exports = Self.exports(50, fixture, within: .seconds(30))
      await Self.suspended(fixture)
      let start = simulation.now
      #expect(await fixture.export(1, within: .milliseconds(1)).total == 1)
      #expect(simulation.now - start == .milliseconds(1))
      exports[40].cancel()
      #expect(await exports[40].value.total == 1)
      #expect(simulation.now - start == .milliseconds(1))
      for export in exports { #expect(await export.value.total == 1) }
    }
  }

  @Test(arguments: 1...20) func retryInfoIsTheMinimumForAllExports(seed: UInt64) throws {  // 1.5.4, 1.5.9
    try simulate(seed: seed) { simulation in
      let failure = AttemptFailure.server(14, retryInfo: .some(.seconds(7)))
      let fixture = Self.fixture(simulation, failingFor: .seconds(40), .fail(failure))
      for export in Self.exports(10, fixture, within: .seconds(100)) { #expect(await export.value.exported == 1) }
      let failed = fixture.client.calls.map(\.time).filter { $0 < simulation.now }
      // Calls that were open together, then a pause.
      for (earlier, later) in zip(failed, failed.dropFirst()) where earlier < failed[0] + .seconds(40) {
        #expect(later == earlier || later - earlier >= .seconds(7))
      }
    }
  }

  @Test(arguments: 1...20) func shutdownStillTriesOnce(seed: UInt64) throws {
    try simulate(seed: seed) { simulation in
      let fixture = Self.fixture(simulation, failingFor: .seconds(1000))
      let exports = Self.exports(6, fixture, within: .seconds(60))
      await Self.suspended(fixture)
      await simulation.sleep(.seconds(20))
      let calls = fixture.client.calls.count
      let start = simulation.now
      await fixture.delivery.shutdown(deadline: Deadline(start + .milliseconds(100)))
      #expect(fixture.client.calls.count == calls + 1)
      #expect(fixture.client.calls[calls].time == start)
      #expect(simulation.now - start <= .milliseconds(100))
      for export in exports { #expect(await export.value.dropped == [.shutdown: 1]) }
    }
  }

  @Test(arguments: 1...20) func aFlushFindsAServerThatIsBack(seed: UInt64) throws {
    try simulate(seed: seed) { simulation in
      let back = simulation.now + .seconds(20)
      let fixture = Self.fixture(simulation, failingFor: .seconds(20))
      let exports = Self.exports(6, fixture, within: .seconds(60))
      await Self.suspended(fixture)
      await simulation.sleep(back - simulation.now)
      let start = simulation.now
      #expect(await fixture.delivery.flush(deadline: Deadline(start + .milliseconds(500))))
      #expect(simulation.now == start)
      for export in exports { #expect(await export.value.exported == 1) }
    }
  }

  @Test func anExportInItsOwnBackoffIsTriedAtShutdown() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(14))]) {
        $0.retry.initialBackoff = .seconds(1000)
        $0.retry.maxBackoff = .seconds(1000)
      }
      let export = simulation.task { await fixture.export(1, within: .seconds(900)) }
      await simulation.sleep(.seconds(1))
      let start = simulation.now
      await fixture.delivery.shutdown(deadline: Deadline(start + .seconds(2)))
      #expect(await export.value.exported == 1)
      #expect(simulation.now == start)
    }
  }

  // MARK: With a processor

  @Test func theQueueHoldsWhileTheServerFails() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let fixture = Self.fixture(simulation, failingFor: .seconds(100))
      var configuration = BatchConfiguration()
      configuration.maxExportBatchSize = 100
      configuration.scheduleDelay = .milliseconds(100)
      let processor = try BatchSpanProcessor(
        exporter: DeliveryExporter(delivery: fixture.delivery), configuration: configuration, loop: simulation.loop,
        diagnostics: .silent)
      for span in StandardWorkload().spans(0..<2000) { processor.onEnd(span) }
      await simulation.sleep(.seconds(110))
      // The exports that were in progress at the failure wait too.
      #expect(processor.ledger.exported == 2000)
      let report = await processor.shutdown(within: .seconds(10))
      #expect(report.ledger.exported == 2000 && report.ledger.droppedTotal == 0)
    }
  }

  @Test(arguments: [true, false]) func aProcessorsFlushAndShutdownExpediteExports(isShutdown: Bool) throws {
    try simulate(seed: 3, limit: .seconds(3600)) { simulation in
      let fixture = Self.fixture(simulation, failingFor: .seconds(25)) { $0.retry.maxCircuitPause = .seconds(1000) }
      let processor = try BatchSpanProcessor(
        exporter: DeliveryExporter(delivery: fixture.delivery), loop: simulation.loop, diagnostics: .silent)
      for span in StandardWorkload().spans(0..<2048) { processor.onEnd(span) }
      await Self.suspended(fixture)
      for span in StandardWorkload().spans(0..<10) { processor.onEnd(span) }
      while fixture.client.calls.last!.time > simulation.now + .seconds(-20) { await simulation.sleep(.seconds(1)) }
      await simulation.sleep(.seconds(6))
      let ended = processor.ledger
      let start = simulation.now
      let report =
        isShutdown
        ? await processor.shutdown(within: .milliseconds(100)) : await processor.forceFlush(within: .milliseconds(100))
      #expect(report.lost == 0)
      #expect(report.ledger.exported == 2058 - ended.droppedTotal)
      #expect(simulation.now == start)
      _ = await processor.shutdown(within: .zero)
    }
  }
}
