import OTLPExport
import OTLPTesting
import OTLPWire
import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Fewer calls at once while the server is overloaded.
@Suite(.ownThreads) struct ConcurrencyTests {
  private static func fixture(
    _ simulation: Simulation, _ steps: [ScriptedClient.Step], standard: ScriptedClient.Step,
    maximum: Int = 8
  ) -> DeliveryFixture {
    DeliveryFixture(simulation, steps, standard: standard) { $0.maxConcurrentExports = maximum }
  }

  private static func exportAtOnce(_ count: Int, _ fixture: DeliveryFixture) async -> Int {
    let tasks = (0..<count).map { _ in fixture.simulation.task { await fixture.export(1) } }
    var exported = 0
    for task in tasks { exported += await task.value.exported }
    return exported
  }

  /// The most calls that were open within the calls from `first` on, each of which takes a second.
  private static func mostOpen(_ fixture: DeliveryFixture, from first: Int) -> Int {
    let times = fixture.client.calls.dropFirst(first).map(\.time)
    return times.map { time in times.count { $0 <= time && time < $0 + .seconds(1) } }.max() ?? 0
  }

  /// The most calls that are open when 32 exports come at once.
  private static func room(_ fixture: DeliveryFixture) async -> Int {
    let calls = fixture.client.calls.count
    #expect(await exportAtOnce(32, fixture) == 32)
    return mostOpen(fixture, from: calls)
  }

  @Test func quickResponsesRaiseTheLimit() throws {
    try simulate(seed: 1) { simulation in
      let slow = ScriptedClient.Step.after(.seconds(1), .accept)
      let fixture = Self.fixture(simulation, [], standard: slow, maximum: 16)
      #expect(fixture.delivery.room == 4)
      let start = simulation.now
      #expect(await Self.exportAtOnce(4 + 8 + 16, fixture) == 28)
      #expect(simulation.now - start == .seconds(3))  // 4, 8, and 16 at once
      #expect(fixture.client.mostOpen == 16)
      #expect(await Self.room(fixture) == 16)
      #expect(fixture.delivery.room == 16)
    }
  }

  @Test func aSequentialServerGetsFewConcurrentCalls() throws {
    try simulate(seed: 1) { simulation in
      // The response time grows with the number of earlier requests.
      let client = QueueingClient(simulation.loop, each: .milliseconds(10))
      let delivery = Delivery.simulated(client, simulation)
      let spans = StandardWorkload().spans(0..<1)
      _ = await delivery.export(SpanBatch(spans), deadline: .never)
      let tasks = (0..<200).map { _ in simulation.task { await delivery.export(SpanBatch(spans), deadline: .never) } }
      for task in tasks { #expect(await task.value.exported == 1) }
      #expect(client.mostOpen < 8)
    }
  }

  @Test(arguments: [8, 14]) func overloadHalvesTheConcurrency(code: Int) throws {
    try simulate(seed: 1) { simulation in
      let slow = ScriptedClient.Step.after(.seconds(1), .accept)
      let fixture = Self.fixture(simulation, [.fail(.server(code, retryInfo: .some(nil)))], standard: slow)
      #expect(await fixture.export(1).exported == 1)
      #expect(await Self.exportAtOnce(2, fixture) == 2)
      #expect(await Self.exportAtOnce(3, fixture) == 3)
      #expect(Self.mostOpen(fixture, from: 4) == 2)
      // Quick responses raise the limit again.
      for _ in 0..<10 { _ = await Self.room(fixture) }
      #expect(await Self.room(fixture) == 8)
    }
  }

  @Test func aMessageThatIsTooLargeChangesNothing() throws {
    try simulate(seed: 1) { simulation in
      let slow = ScriptedClient.Step.after(.seconds(1), .accept)
      let fixture = Self.fixture(simulation, [.atMost(10)], standard: slow)
      #expect(await fixture.export(2).exported == 2)
      let calls = fixture.client.calls.count
      #expect(await Self.exportAtOnce(4, fixture) == 4)
      #expect(Self.mostOpen(fixture, from: calls) == 4)
    }
  }

  /// Four calls may be open, and after a failure two, which get no answer.
  private static func full(_ simulation: Simulation) async -> (DeliveryFixture, [Task<ExportOutcome, Never>]) {
    let fixture = fixture(simulation, [.fail(.server(14)), .accept], standard: .silence, maximum: 4)
    #expect(await fixture.export(1).exported == 1)
    return (fixture, (0..<2).map { _ in simulation.task { await fixture.export(1, within: .seconds(9)) } })
  }

  @Test func anExportThatWaitsForRoomKeepsItsDeadline() throws {
    try simulate(seed: 1) { simulation in
      let (fixture, silent) = await Self.full(simulation)
      let start = simulation.now
      let waiting = simulation.task { await fixture.export(1, within: .seconds(3)) }
      #expect(await waiting.value.dropped == [.timeout: 1])
      #expect(simulation.now - start == .seconds(3))
      #expect(fixture.client.mostOpen == 2)
      let next = simulation.task { await fixture.export(1, within: .seconds(15)) }
      for export in silent { #expect(await export.value.dropped == [.timeout: 1]) }
      #expect(await next.value.dropped == [.timeout: 1])
      #expect(fixture.client.mostOpen == 2)
      #expect(fixture.client.calls.count == 5)  // there was room again
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
      await fixture.delivery.shutdown(deadline: Deadline(start + .seconds(2)))
      for export in silent + [waiting[1]] { #expect(await export.value.dropped == [.shutdown: 1]) }
      #expect(simulation.now - start == .seconds(2))
      #expect(fixture.client.calls.count == 4)
    }
  }
}

/// A server with a single thread.
private final class QueueingClient: ExportClient {
  private struct State {
    var free = MonotonicInstant(nanoseconds: 0)
    var open = 0
    var mostOpen = 0
  }

  private let loop: TelemetryLoop
  private let each: Duration
  private let state = Mutex(State())

  init(_ loop: TelemetryLoop, each: Duration) {
    self.loop = loop
    self.each = each
  }

  var mostOpen: Int { state.withLock { $0.mostOpen } }

  func send(
    _ message: OutgoingMessage, headers: OTLPHeaders?, deadline: Deadline
  ) async -> Result<ExportResponse, AttemptFailure> {
    let end = state.withLock { state in
      state.open += 1
      state.mostOpen = max(state.mostOpen, state.open)
      state.free = max(state.free, loop.now) + each
      return state.free
    }
    _ = await Promise<Void>().value(until: Deadline(end), on: loop)
    state.withLock { $0.open -= 1 }
    return .success(ExportResponse())
  }

  func shutdown(deadline: Deadline) async {}
}
