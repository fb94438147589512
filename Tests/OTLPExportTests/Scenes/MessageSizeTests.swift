import OTLPExport
import OTLPTesting
import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct MessageSizeTests {
  private static let large = SpanData(
    traceID: TraceID(high: 1, low: 1), spanID: SpanID(1), name: "the large one", startTimeUnixNano: 1,
    endTimeUnixNano: 2, attributes: ["blob": .string(String(repeating: "x", count: 5 << 20))],
    resource: StandardWorkload.resource, scope: StandardWorkload.scope)

  @Test func aBatchAboveTheServersLimitIsSplit() throws {  // pain 4
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .atMost(100_000))
      let outcome = await fixture.export(512)
      #expect(outcome.exported == 512)
      let accepted = fixture.client.calls.dropFirst()
      #expect(accepted.count == 4)  // 338,552 bytes
      #expect(accepted.flatMap(\.spans) == StandardWorkload().spans(0..<512))
      #expect(accepted.allSatisfy { $0.bytes.count - 5 <= 100_000 })
      // the limit is remembered
      #expect(await fixture.export(512).attempts == 4)
      #expect(fixture.events("smaller requests").count == 1)
    }
  }

  @Test func withoutANamedLimitTheMessageIsHalved() throws {
    try simulate(seed: 1) { simulation in
      let words = AttemptFailure.server(8, "Received message exceeds the maximum configured message size.")
      let fixture = DeliveryFixture(simulation, [.fail(words), .fail(words)])
      let outcome = await fixture.export(512)
      #expect(outcome.exported == 512)
      let counts = fixture.client.calls.map(\.spans.count)
      #expect(counts.starts(with: [512, 256, 128]))
      #expect(counts.dropFirst(2).reduce(0, +) == 512)  // and the guess is remembered
      #expect(counts.count == 2 + 4)
    }
  }

  @Test func aLargeSpanIsDroppedAlone() throws {  // trap 18
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .atMost(4 << 20))
      var batch = StandardWorkload().spans(0..<511)
      batch.insert(MessageSizeTests.large, at: 200)
      let outcome = await fixture.delivery.export(SpanBatch(batch), deadline: Deadline(simulation.now + .seconds(30)))
      #expect(outcome.exported == 511)
      #expect(outcome.dropped == [.tooLarge: 1])
      #expect(outcome.total == 512)
      let event = try #require(fixture.events("too large").first)
      #expect(event.fields["name"] == "the large one")
      #expect((outcome.error as? OTLPError)?.code == .tooLarge)
    }
  }

  @Test func ourOwnLimitHoldsBeforeAnythingIsSent() throws {  // 1.1.8, acceptance 4
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation) { $0.maxRequestSize = 4 << 20 }
      var batch = StandardWorkload().spans(0..<511)
      batch.append(MessageSizeTests.large)
      let outcome = await fixture.delivery.export(SpanBatch(batch), deadline: Deadline(simulation.now + .seconds(30)))
      #expect(outcome.exported == 511)
      #expect(outcome.dropped == [.tooLarge: 1])
      #expect(fixture.client.calls.count == 1)
      #expect(fixture.client.calls.allSatisfy { $0.bytes.count - 5 <= 4 << 20 })
    }
  }

  @Test func theDefaultLimitIs64MiBAndZeroIsNone() throws {  // 1.1.7, 1.1.12
    #expect(OTLPConfiguration(endpoint: "").maxRequestSize == 64 << 20)
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation) { $0.maxRequestSize = 0 }
      #expect(await fixture.export(100).exported == 100)
      let strict = DeliveryFixture(simulation) { $0.maxRequestSize = 1 }
      let outcome = await strict.export(3)
      #expect(outcome.dropped == [.tooLarge: 3])
      #expect(strict.client.calls.isEmpty)
      #expect(strict.events("too large").count == 3)
    }
  }

  @Test func spansAreSentAfterANonsensicalLimit() throws {
    try simulate(seed: 1) { simulation in
      let words = AttemptFailure.server(8, "received message larger than max (9 vs. 1)")
      let fixture = DeliveryFixture(simulation, [.fail(words)])
      #expect(await fixture.export(5).exported == 5)
      #expect(fixture.client.calls.map(\.spans.count) == [5, 1, 1, 1, 1, 1])
    }
  }

  @Test("a server that claims a limit of one byte doesn't get single spans forever")
  func aFalseLimitCausesNoFlood() throws {
    try simulate(seed: 1) { simulation in
      let words = AttemptFailure.server(8, "received message larger than max (338552 vs. 1)")
      let fixture = DeliveryFixture(simulation, [.fail(words)])
      #expect(await fixture.export(512).exported == 512)
      #expect(fixture.client.calls.count <= 1 + 9)
      for _ in 0..<10 { #expect(await fixture.export(512).attempts <= 6) }
      // A small message teaches no limit.
      let other = DeliveryFixture(
        simulation, [.fail(.server(8, "received message larger than max (5000 vs. 1)"))]
      ) { $0.endpoint.set("http://other:4317") }
      #expect(await other.export(8).exported == 8)
      #expect(await other.export(512).attempts == 1)
      #expect(other.events("smaller requests").isEmpty)
    }
  }

  @Test("a limit below the smallest learned one is kept by splitting each time")
  func aSmallLimit() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .atMost(5000))
      for _ in 0..<2 { #expect(await fixture.export(512).exported == 512) }
      let taken = fixture.client.calls.filter { $0.bytes.count <= 5005 }
      #expect(taken.flatMap(\.spans) == StandardWorkload().spans(0..<512) + StandardWorkload().spans(0..<512))
    }
  }

  @Test func partsShareTheDeadline() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(
        simulation, [.atMost(100_000), .accept, .silence, .silence, .silence, .silence, .silence])
      let start = simulation.now
      let outcome = await fixture.export(512, within: .seconds(15))
      #expect(outcome.total == 512)
      #expect(outcome.exported > 100)
      #expect(outcome.dropped[.timeout] == 512 - outcome.exported)
      #expect(simulation.now - start <= .seconds(15))
    }
  }

  @Test func gzipIsOnTheWire() throws {  // trap 26
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation) { $0.compression.set(.gzip) }
      let outcome = await fixture.export(512)
      #expect(outcome.exported == 512)
      let call = try #require(fixture.client.calls.first)
      #expect(call.isCompressed)
      #expect(call.bytes[0] == 1)
      #expect(call.bytes[5...].starts(with: [0x1F, 0x8B]))
      let length = call.bytes[1..<5].reduce(0) { $0 << 8 | Int($1) }
      #expect(length == call.bytes.count - 5)
      #expect(length < 338_552 / 4)
      #expect(call.spans == StandardWorkload().spans(0..<512))
    }
  }

  @Test func incompressibleMessagesAreSentUncompressed() throws {  // 5.1.13
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation) { $0.compression.set(.gzip) }
      let tiny = SpanData(
        traceID: TraceID(high: 0x1234_5678_9ABC_DEF0, low: 0xFEDC_BA98_7654_3210),
        spanID: SpanID(0x1122_3344_5566_7788),
        name: "t", startTimeUnixNano: 1, endTimeUnixNano: 2)
      let outcome = await fixture.delivery.export([tiny], deadline: Deadline(simulation.now + .seconds(1)))
      #expect(outcome.exported == 1)
      #expect(fixture.client.calls.first?.isCompressed == false)
      #expect(fixture.client.calls.first?.bytes[0] == 0)
    }
  }

  @Test func aRefusedEncodingIsNotUsedAgain() throws {  // 5.1.16, RULES D5
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(
        simulation, [.fail(.server(12, "gzip is not supported", acceptedEncodings: ["identity"]))]
      ) { $0.compression.set(.gzip) }
      #expect(await fixture.export(100).exported == 100)
      #expect(await fixture.export(100).exported == 100)
      #expect(fixture.client.calls.map(\.isCompressed) == [true, false, false])
      #expect(fixture.events("gzip").count == 1)
    }
  }

  @Test("gzip is tried again on the next connection")
  func refusedCompressionIsTriedAgainAfterAReconnect() throws {
    try simulate(seed: 1) { simulation in
      let refusal = ScriptedClient.Step.fail(.server(12, "no gzip", acceptedEncodings: ["identity"]))
      // The resend fails once for another reason; the encoding still counts as refused.
      let fixture = DeliveryFixture(simulation, [refusal, .fail(.server(14))]) { $0.compression.set(.gzip) }
      for _ in 0..<3 { #expect(await fixture.export(100).exported == 100) }
      fixture.client.reconnect()
      for _ in 0..<2 { #expect(await fixture.export(100).exported == 100) }
      #expect(fixture.client.calls.map(\.isCompressed) == [true, false, false, false, false, true, true])
    }
  }

  @Test func aProxys404IsNotAboutGzip() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(
        simulation, [.fail(.server(12, "HTTP status 404 without grpc-status, content-type text/html"))]
      ) { $0.compression.set(.gzip) }
      #expect(await fixture.export(100).dropped == [.refused: 100])
      #expect(await fixture.export(100).exported == 100)
      #expect(fixture.client.calls.map(\.isCompressed) == [true, true])
    }
  }

  @Test func aMissingServiceIsNotARefusedEncoding() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(
        simulation, [.fail(.server(12, "unknown service")), .fail(.server(12, "unknown service"))]
      ) { $0.compression.set(.gzip) }
      #expect(await fixture.export(100).dropped == [.refused: 100])
      #expect(await fixture.export(100).exported == 100)
      #expect(fixture.client.calls.map(\.isCompressed) == [true, false, true])
    }
  }

  @Test func allExportersOfAnEndpointShareTheLimit() throws {
    try simulate(seed: 1) { simulation in
      let limits = LearnedMessageLimits()
      func fixture(_ server: String = "http://server:4317") -> DeliveryFixture {
        DeliveryFixture(simulation, standard: .atMost(100_000), limits: limits) { $0.endpoint.set(server) }
      }
      let first = fixture()
      #expect(await first.export(512).exported == 512)
      #expect(first.client.calls[0].bytes.count > 100_005)
      let second = fixture()
      #expect(await second.export(512).exported == 512)
      #expect(second.client.calls.allSatisfy { $0.bytes.count <= 100_005 })
      #expect(second.events("smaller requests").isEmpty)
      let elsewhere = fixture("http://elsewhere:4317")
      #expect(await elsewhere.export(512).exported == 512)
      #expect(elsewhere.client.calls[0].bytes.count > 100_005)
    }
  }

  @Test(arguments: [100_000, 1 << 30]) func aLimitIsTriedAgainAfterItsTime(later: Int) throws {
    try simulate(seed: 1) { simulation in
      let end = simulation.now + .seconds(60)
      let fixture = DeliveryFixture(simulation, standard: .until(end, .atMost(100_000), then: .atMost(later)))
      #expect(await fixture.export(512).exported == 512)
      await simulation.sleep(LearnedMessageLimit.lifetime)
      let calls = fixture.client.calls.count
      let exports = (0..<4).map { _ in simulation.task { await fixture.export(512) } }
      for export in exports { #expect(await export.value.exported == 512) }
      #expect(await fixture.export(512).exported == 512)
      let large = fixture.client.calls[calls...].count { $0.bytes.count > 100_005 }
      #expect(later == 100_000 ? large == 1 : large >= 2)
      #expect(fixture.events("smaller requests").count == 1)
    }
  }
}

/// Several spans that are too large each, among others.
@Suite(.ownThreads) struct OversizedSpansTests {
  static func large(_ number: Int, bytes: Int) -> SpanData {
    SpanData(
      traceID: TraceID(high: 1, low: 1), spanID: SpanID(UInt64(number)), name: "large \(number)", startTimeUnixNano: 1,
      endTimeUnixNano: 2, attributes: ["blob": .string(String(repeating: "x", count: bytes))],
      resource: StandardWorkload.resource, scope: StandardWorkload.scope)
  }

  @Test("exactly the oversized spans are dropped, even if the server names no limit", arguments: 0..<20, [true, false])
  func exactlyTheOversizedSpansAreDropped(seed: Int, saysLimit: Bool) throws {
    try simulate(seed: UInt64(seed)) { simulation in
      let limit = 10_000
      let fixture = DeliveryFixture(simulation, standard: saysLimit ? .atMost(limit) : .atMostUnsaid(limit))
      var random = SeededRandom(seed: UInt64(seed))
      var batch = StandardWorkload().spans(0..<Int.random(in: 0...100, using: &random))
      let count = Int.random(in: 1...12, using: &random)
      for number in 1...count {
        // Adjacent, at the ends, anywhere; some slightly too large, some far.
        let place = [0, batch.count, batch.count / 2, Int.random(in: 0...batch.count, using: &random)].randomElement(
          using: &random)!
        let bytes = [limit, limit + 1, 3 * limit, 10 * limit].randomElement(using: &random)!
        batch.insert(OversizedSpansTests.large(number, bytes: bytes), at: place)
      }
      for _ in 0..<2 {
        let before = fixture.client.calls.count
        let outcome = await fixture.delivery.export(SpanBatch(batch), deadline: Deadline(simulation.now + .seconds(30)))
        #expect(outcome.dropped == [.tooLarge: count])
        #expect(outcome.exported == batch.count - count && outcome.rejected == 0)
        let taken = fixture.client.calls[before...].filter { $0.bytes.count - 5 <= limit }.flatMap(\.spans)
        #expect(taken == batch.filter { !$0.name.hasPrefix("large") })
        #expect((outcome.error as? OTLPError)?.code == .tooLarge)
      }
      #expect(Set(fixture.events("too large").compactMap { $0.fields["name"] }).count <= count)
    }
  }
}
