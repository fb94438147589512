import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import Testing

/// Fewer calls at once while the server has no room.
@Suite struct PipelineConcurrencyTests {
  private static func fixture(
    _ simulation: Simulation, _ steps: [ScriptedTransport.Step], standard: ScriptedTransport.Step,
    maximum: Int = 8
  ) -> PipelineFixture {
    PipelineFixture(simulation, steps, standard: standard) { $0.maxConcurrentCalls = maximum }
  }

  private static func exportAtOnce(_ count: Int, _ fixture: PipelineFixture) async -> Int {
    let tasks = (0..<count).map { _ in fixture.simulation.task { await fixture.export(1) } }
    var exported = 0
    for task in tasks { exported += await task.value.exported }
    return exported
  }

  /// The most calls that were open within the calls from `first` on, each of which takes a second.
  private static func mostOpen(_ fixture: PipelineFixture, from first: Int) -> Int {
    let times = fixture.transport.calls.dropFirst(first).map(\.time)
    return times.map { time in times.count { $0 <= time && time < $0 + .seconds(1) } }.max() ?? 0
  }

  @Test(arguments: [8, 14]) func itIsHalved(code: Int) throws {
    try simulate(seed: 1) { simulation in
      let slow = ScriptedTransport.Step.after(.seconds(1), .accept)
      let fixture = Self.fixture(simulation, [.fail(.server(code, retryInfo: .some(nil)))], standard: slow)
      #expect(await fixture.export(1).exported == 1)
      #expect(await Self.exportAtOnce(8, fixture) == 8)
      #expect(Self.mostOpen(fixture, from: 2) == 4)
      // Quick answers bring it back.
      for _ in 0..<24 { #expect(await Self.exportAtOnce(8, fixture) == 8) }
      let calls = fixture.transport.calls.count
      #expect(await Self.exportAtOnce(8, fixture) == 8)
      #expect(Self.mostOpen(fixture, from: calls) == 8)
    }
  }

  @Test func aMessageThatIsTooLargeChangesNothing() throws {
    try simulate(seed: 1) { simulation in
      let slow = ScriptedTransport.Step.after(.seconds(1), .accept)
      let fixture = Self.fixture(simulation, [.atMost(10)], standard: slow)
      #expect(await fixture.export(2).exported == 2)
      let calls = fixture.transport.calls.count
      #expect(await Self.exportAtOnce(8, fixture) == 8)
      #expect(Self.mostOpen(fixture, from: calls) == 8)
    }
  }

  /// Four calls may be open, and after a failure two, which get no answer.
  private static func full(_ simulation: Simulation) async -> (PipelineFixture, [Task<ExportOutcome, Never>]) {
    let fixture = fixture(simulation, [.fail(.server(14)), .accept], standard: .silence, maximum: 4)
    #expect(await fixture.export(1).exported == 1)
    return (fixture, (0..<2).map { _ in simulation.task { await fixture.export(1, within: .seconds(9)) } })
  }

  @Test func whoWaitsForRoomKeepsItsDeadline() throws {
    try simulate(seed: 1) { simulation in
      let (fixture, silent) = await Self.full(simulation)
      let start = simulation.now
      let waiting = simulation.task { await fixture.export(1, within: .seconds(3)) }
      #expect(await waiting.value.dropped == [.timeout: 1])
      #expect(simulation.now - start == .seconds(3))
      #expect(fixture.transport.mostOpen == 2)
      let next = simulation.task { await fixture.export(1, within: .seconds(15)) }
      for export in silent { #expect(await export.value.dropped == [.timeout: 1]) }
      #expect(await next.value.dropped == [.timeout: 1])
      #expect(fixture.transport.mostOpen == 2)
      #expect(fixture.transport.calls.count == 5)  // there was room again
    }
  }

  @Test func shutdownAndCancellationEndTheWait() throws {
    try simulate(seed: 1) { simulation in
      let (fixture, silent) = await Self.full(simulation)
      let waiting = (0..<2).map { _ in simulation.task { await fixture.export(1) } }
      await simulation.sleep(.seconds(1))
      let start = simulation.now
      waiting[0].cancel()
      #expect(await waiting[0].value.total == 1)
      #expect(simulation.now == start)
      await fixture.pipeline.shutdown(deadline: Deadline(start + .seconds(2)))
      for export in silent + [waiting[1]] { #expect(await export.value.dropped == [.shutdown: 1]) }
      #expect(simulation.now - start == .seconds(2))
      #expect(fixture.transport.calls.count == 4)
    }
  }
}
