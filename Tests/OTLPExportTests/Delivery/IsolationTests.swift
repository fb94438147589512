import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// A span that the server refuses is found and dropped alone.
@Suite(.ownThreads) struct IsolationTests {
  private static func batch(_ count: Int, bad: [Int] = []) -> [SpanData] {
    (0..<count).map { index in
      SpanData(
        traceID: TraceID(high: 1, low: UInt64(index) + 1), spanID: SpanID(UInt64(index) + 1),
        name: bad.contains(index) ? "bad \(index)" : "span \(index)", startTimeUnixNano: 1, endTimeUnixNano: 2,
        resource: StandardWorkload.resource, scope: StandardWorkload.scope)
    }
  }

  private static func export(
    _ batch: [SpanData], _ fixture: DeliveryFixture, within: Duration = .seconds(30)
  ) async -> ExportOutcome {
    await fixture.delivery.export(SpanBatch(batch), deadline: Deadline(fixture.simulation.now + within))
  }

  private static func fixture(_ simulation: Simulation, bad: [Int]) -> DeliveryFixture {
    DeliveryFixture(simulation, standard: .refusing(Set(bad.map { "bad \($0)" })))
  }

  @Test(arguments: [0, 1, 200, 510, 511]) func neighboursAreDelivered(index: Int) throws {
    try simulate(seed: 1) { simulation in
      let fixture = Self.fixture(simulation, bad: [index])
      let batch = Self.batch(512, bad: [index])
      let outcome = await Self.export(batch, fixture)
      #expect(outcome.exported == 511)
      #expect(outcome.dropped == [.refused: 1])
      #expect(outcome.total == 512)
      #expect(outcome.attempts == 1 + 2 * 9)
      #expect(outcome.possibleDuplicates == 0)
      let event = try #require(fixture.events("single item").first)
      #expect(event.level == .warning)
      #expect(event.fields["name"] == "bad \(index)")
      let error = try #require(outcome.error as? OTLPError)
      #expect(error.code == .refused)
      #expect(error.status == "INVALID_ARGUMENT")
      #expect(error.message.contains("'bad \(index)'") && error.message.contains("bad span"))
      #expect(fixture.log.events.count == 2)  // the other event has the level debug
    }
  }

  @Test func eachSpanArrivesOnceAndInOrder() throws {
    try simulate(seed: 1) { simulation in
      let fixture = Self.fixture(simulation, bad: [5])
      let batch = Self.batch(16, bad: [5])
      _ = await Self.export(batch, fixture)
      let accepted = fixture.client.calls.map(\.spans).filter { $0.allSatisfy { $0.name != "bad 5" } }
      #expect(accepted.flatMap { $0 } == batch.filter { $0.name != "bad 5" })
    }
  }

  /// The positions of the bad spans.
  enum Places: CaseIterable {
    case first, last, apart, anywhere

    func numbers(_ count: Int, of total: Int) -> [Int] {
      switch self {
      case .first: return Array(0..<count)
      case .last: return Array(total - count..<total)
      case .apart: return (0..<count).map { $0 * (total / count) }
      case .anywhere:
        var random = SeededRandom(seed: UInt64(count))
        return Array((0..<total).shuffled(using: &random).prefix(count))
      }
    }
  }

  @Test("exactly the bad spans are lost", arguments: [1, 4, 6, 16, 64], Places.allCases)
  func severalAreFound(count: Int, places: Places) throws {
    let bad = places.numbers(count, of: 512)
    try simulate(seed: 1) { simulation in
      let fixture = Self.fixture(simulation, bad: bad)
      let batch = Self.batch(512, bad: bad)
      let outcome = await Self.export(batch, fixture)
      #expect(outcome.exported == 512 - count)
      #expect(outcome.dropped == [.refused: count])
      #expect(outcome.possibleDuplicates == 0)
      // The bound on the requests for this number of bad spans.
      #expect(outcome.attempts <= min(1 + 2 * (count + 2) * 9, 2 * 512))
      let metrics = fixture.delivery.selfMetrics
      #expect(metrics.succeeded("otel.sdk.exporter.span.exported") == 512 - count)
      #expect(metrics.failed("otel.sdk.exporter.span.exported") == ["INVALID_ARGUMENT": count])
    }
  }

  @Test func aPolicyDisablesTheSearch() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .refusing(["bad 1"])) {
        $0.retry.isolatesRefusedItems = false
      }
      let outcome = await Self.export(Self.batch(512, bad: [1]), fixture)
      #expect(outcome.dropped == [.refused: 512])
      #expect(outcome.attempts == 1)
    }
  }

  @Test("a server that refuses at random ends the search too")
  func theSearchIsBounded() {
    var isolation = Isolation(itemCount: 512)
    var splits = 0
    while isolation.maySplit(itemCount: 2) {
      isolation.requestSplit()
      splits += 1
    }
    #expect(splits == 18)
    isolation.itemFound()
    #expect(isolation.maySplit(itemCount: 2) && !isolation.maySplit(itemCount: 1))
    for (count, depth) in [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (512, 9), (513, 10)] {
      #expect(Isolation(itemCount: count).mostSplits == 2 * depth)
    }
  }

  @Test func aServerThatRefusesEverythingIsNotFlooded() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .fail(.server(3, "no tenant")))
      let first = await Self.export(Self.batch(512), fixture)
      #expect(first.dropped == [.refused: 512])
      #expect(first.attempts <= 20)
      // Later batches take a single request each for a while.
      #expect(await Self.export(Self.batch(512), fixture).attempts == 1)
      await simulation.sleep(.seconds(61))
      #expect(await Self.export(Self.batch(512), fixture).attempts > 1)
      #expect(fixture.log.events.count <= 40)
    }
  }

  @Test func theSearchResumesAfterAnAcceptedRequest() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(
        simulation, [.fail(.server(3)), .fail(.server(3)), .fail(.server(3)), .accept],
        standard: .refusing(["bad 1"]))
      #expect(await Self.export(Self.batch(2), fixture).attempts == 3)
      #expect(await Self.export(Self.batch(8), fixture).exported == 8)
      #expect(await Self.export(Self.batch(8, bad: [1]), fixture).exported == 7)
    }
  }

  @Test func onlyAStatusFromTheServerStartsTheSearch() throws {
    let local = AttemptFailure.protocolViolation(3, "no")
    let failures = [local, .server(3, pushback: .stop), .server(9), .server(13)]
    for failure in failures {
      try simulate(seed: 1) { simulation in
        let fixture = DeliveryFixture(simulation, standard: .fail(failure))
        let outcome = await Self.export(Self.batch(8), fixture)
        #expect(outcome.dropped == [.refused: 8])
        #expect(outcome.attempts == 1)
        #expect(fixture.events("single item").isEmpty)
      }
    }
  }

  @Test func theDeadlineHoldsForTheSearch() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .after(.seconds(2), .refusing(["bad 100"])))
      let start = simulation.now
      let outcome = await Self.export(Self.batch(512, bad: [100]), fixture, within: .seconds(9))
      #expect(outcome.total == 512)
      #expect(outcome.exported > 0)
      #expect((outcome.dropped[.timeout] ?? 0) > 0)
      #expect(simulation.now - start <= .seconds(9))
    }
  }

  @Test func aPartIsRetriedLikeAnyRequest() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(
        simulation, [.refusing(["bad 1"]), .fail(.server(14))], standard: .refusing(["bad 1"]))
      let outcome = await Self.export(Self.batch(4, bad: [1]), fixture)
      #expect(outcome.exported == 3)
      #expect(outcome.dropped == [.refused: 1])
    }
  }
}
