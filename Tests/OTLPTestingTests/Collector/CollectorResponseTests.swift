import GRPCClient
import HTTP2Transport
import OTLPExport
import OTLPTesting
import OTLPWire
import Synchronization
import TelemetryCore
import TestSupport
import TestThreads
import Testing

/// Each response and connection behavior, as a client receives it.
@Suite(.ownThreads) struct CollectorResponseTests {
  private typealias Fixture = CollectorFixture
  private typealias Response = LoopbackCollector.Response

  /// Checks a client's view of a request with a scripted response.
  private static func view(
    _ response: Response, _ check: @escaping @Sendable (RawView, CollectorFixture) async throws -> Void
  ) throws {
    try Fixture.run { fixture in
      fixture.collector.script(response)
      try await check(await fixture.client.call(Fixture.body(Fixture.spans(3))), fixture)
    }
  }

  @Test("a status is sent in one header block (5.2.2), with a percent-encoded message (5.2.7)")
  func statusInTrailersOnly() throws {
    try Self.view(.status(.unavailable, message: "50% off\n")) { view, fixture in
      #expect(view.blocks.count == 1)
      #expect(view.value("grpc-status") == "14")
      #expect(view.value("grpc-message") == "50%25 off%0A")
      #expect(fixture.collector.spanCount == 0)
      #expect(fixture.collector.requestCount == 1)
      // The next request succeeds.
      #expect(await fixture.client.call(Fixture.body(Fixture.spans(3))).value("grpc-status") == "0")
    }
  }

  @Test("a status can follow headers (trap 8)")
  func statusAfterHeaders() throws {
    try Self.view(.status(.unavailable, afterHeaders: true)) { view, _ in
      #expect(view.blocks.count == 2)
      #expect(view.blocks[1] == [.init("grpc-status", "14")])
    }
  }

  @Test("a status has RetryInfo and pushback")
  func retryInfoAndPushback() throws {
    try Self.view(
      .status(.resourceExhausted, message: "slow", retryDelay: .milliseconds(1500), pushback: "250")
    ) { view, _ in
      #expect(view.value("grpc-retry-pushback-ms") == "250")
      let details = try #require(view.value("grpc-status-details-bin"))
      let status = try RPCStatus(protobuf: try #require(Base64.decode(details.utf8)))
      #expect(status == RPCStatus(code: 8, message: "slow", retryInfo: .init(delay: .milliseconds(1500))))
    }
  }

  @Test("a response can be delayed or missing")
  func delayAndSilence() throws {
    try Self.view(.success.delayed(by: .seconds(3))) { view, fixture in
      #expect(view.value("grpc-status") == "0")
      fixture.collector.script(.silence)
      let silent = await fixture.client.call(Fixture.body(Fixture.spans(1)), limit: .seconds(600))
      #expect(silent.isUnanswered)
      #expect(fixture.collector.requestCount == 2)
    }
  }

  @Test(
    "RST_STREAM is sent at each point of a response",
    arguments: [LoopbackCollector.ErrorCode.refusedStream, .internalError, .cancel, .enhanceYourCalm])
  func resets(code: LoopbackCollector.ErrorCode) throws {
    try Self.view(.reset(code)) { view, _ in
      #expect(view.blocks.isEmpty)
      #expect(view.closeCode == code.rawValue)
    }
    try Self.view(.reset(code, at: .headers)) { view, _ in #expect(view.closeCode == code.rawValue) }
    try Self.view(.resetAfterHeaders(code)) { view, _ in
      #expect(view.blocks.count == 1)
      #expect(view.closeCode == code.rawValue)
    }
    try Self.view(.resetAfterData(code)) { view, _ in
      #expect(view.body.count == 5)
      #expect(view.closeCode == code.rawValue)
    }
  }

  @Test("GOAWAY can declare the request unprocessed")
  func goAwayBeforeTheRequest() throws {
    try Self.view(.goAway(.enhanceYourCalm, lastStream: .none, debug: "too_many_pings")) { view, fixture in
      #expect(view.blocks.isEmpty)
      #expect(view.closeCode == LoopbackCollector.ErrorCode.refusedStream.rawValue)
      let goAway = try #require(await fixture.client.goAways.first)
      #expect(goAway == (0, 11, "too_many_pings"))
      #expect(fixture.collector.spanCount == 0)
    }
  }

  @Test("GOAWAY can let the request finish")
  func goAwayThatLetsTheRequestFinish() throws {
    try Self.view(.goAway()) { view, fixture in
      #expect(view.value("grpc-status") == "0")
      #expect(await fixture.client.goAways.first?.last == 1)
      await fixture.simulation.sleep(.seconds(1))
      #expect(await fixture.client.isConnectionClosed)
    }
  }

  @Test("GOAWAY can be a warning")
  func goAwayAsAWarning() throws {
    try Self.view(.goAway(lastStream: .all)) { view, fixture in
      #expect(view.value("grpc-status") == "0")
      #expect(await fixture.client.goAways.first?.last == Int32.max)
      #expect(await !fixture.client.isConnectionClosed)
      await fixture.collector.goAway(lastStream: .current)
      await fixture.simulation.sleep(.seconds(1))
      #expect(await fixture.client.isConnectionClosed)
    }
  }

  @Test("a connection at its maximum age gets a warning and a final GOAWAY (5.8.4)")
  func connectionsAge() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxConnectionAge = .seconds(1)
    try Fixture.run(configuration) { fixture in
      fixture.collector.script(.success.delayed(by: .seconds(2)))
      let view = await fixture.client.call(Fixture.body(Fixture.spans(1)))
      #expect(view.value("grpc-status") == "0")
      #expect(await fixture.client.goAways.map(\.last) == [.max, 1])
      #expect(await fixture.client.goAways.map(\.debug) == ["max_age", "max_age"])
      await fixture.simulation.sleep(.seconds(1))
      #expect(await fixture.client.isConnectionClosed)
    }
  }

  @Test("a connection that reaches its maximum age during the TLS handshake ends (5.8.4)")
  func connectionsAgeInTheHandshake() throws {
    try simulate(seed: 1) { simulation in
      var configuration = LoopbackCollector.Configuration()
      configuration.maxConnectionAge = .milliseconds(15)
      configuration.tls = .init(
        certificate: TestFiles.certificate("server.pem"), privateKey: TestFiles.certificate("server.key"))
      let collector = try await LoopbackCollector(configuration, on: Fixture.address, of: simulation)
      simulation.network.setHost("localhost", .addresses([0x0A00_0001]))
      simulation.network.planConnections { _, number, _ in
        var link = SimulatedLink()
        if number == 1 { link.latency = .milliseconds(10) ... .milliseconds(10) }
        return .link(link)
      }
      let tls = try TLSContext(client: TLSConfiguration(trust: .file(TestFiles.certificate("ca.pem"))))
      let channel = try GRPCChannel(
        configuration: GRPCChannelConfiguration(target: .host("localhost", port: 4317), tls: tls),
        network: simulation.network, loop: simulation.loop, diagnostics: .silent)
      let result = await channel.unary(
        path: RawClient.path, message: BufferSlice([0, 0, 0, 0, 0]), deadline: Deadline(simulation.now + .seconds(10)))
      #expect(result.code == .ok)
      #expect(collector.requests.map(\.connection) == [2])
      await channel.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
      await collector.stop()
    }
  }

  @Test("a connection can close at any point of a request")
  func connectionsClose() throws {
    try Self.view(.closeConnection()) { view, fixture in
      #expect(view.isUnanswered)
      #expect(await fixture.client.isConnectionClosed)
      #expect(fixture.collector.spanCount == 0)
    }
    try Self.view(.acceptThenClose) { view, fixture in
      #expect(view.isUnanswered)
      #expect(fixture.collector.spanCount == 3)
    }
    try Self.view(.closeConnection(at: .bodyBytes(10))) { view, fixture in
      #expect(view.isUnanswered)
      #expect(fixture.collector.counts.openConnections == 0)
    }
  }

  @Test("the collector can stop reading")
  func readingStops() throws {
    try Fixture.run { fixture in
      fixture.collector.script(.stopReading())
      let large = Fixture.body(Fixture.spans(20_000))
      #expect(await fixture.client.call(large, limit: .seconds(60)).isUnanswered)
      #expect(fixture.collector.requestCount == 0)
      #expect(fixture.collector.counts.bytesRead < large.count)
    }
  }

  @Test(
    "a partial success has any number and message",
    arguments: [
      (Int64(2), "two were bad"), (0, "a warning"), (1_000_000, ""), (-5, "negative"), (.min, ""),
    ])
  func partialSuccess(rejected: Int64, message: String) throws {
    try Self.view(.partialSuccess(rejected: rejected, message: message)) { view, _ in
      #expect(view.value("grpc-status") == "0")
      let response = try ExportResponse(protobuf: Array(view.body.dropFirst(5)))
      #expect(response.rejectedItems == rejected)
      #expect(response.errorMessage == message)
      #expect(response.hasPartialSuccess)
    }
  }

  @Test(
    "spans that a partial success rejects are neither counted nor kept (1.3.7)",
    arguments: [(Int64(3), 7), (0, 10), (10, 0), (11, 0), (.max, 0), (-1, 10), (.min, 10)])
  func rejectedSpans(rejected: Int64, accepted: Int) throws {
    let seen = SpanTally()
    var configuration = LoopbackCollector.Configuration()
    configuration.onSpans = { seen.add($0.count) }
    try Fixture.run(configuration) { fixture in
      fixture.collector.script(.partialSuccess(rejected: rejected, message: "some"), .success)
      let spans = Fixture.spans(10)
      _ = await fixture.client.call(Fixture.body(spans))
      #expect(fixture.collector.spanCount == accepted)
      #expect(fixture.collector.spans == Array(spans.prefix(accepted)))
      #expect(fixture.collector.counts.acceptedRequests == 1)
      _ = await fixture.client.call(Fixture.body(spans))
      #expect(fixture.collector.spanCount == accepted + 10)
    }
    #expect(seen.count == accepted + 10)
  }

  @Test("responses can be malformed")
  func malformedAnswers() throws {
    try Self.view(.http(status: 502, body: "<html>")) { view, _ in
      #expect(view.value(":status") == "502")
      #expect(view.value("content-type") == "text/html")
      #expect(view.value("grpc-status") == nil)
      #expect(view.body == Array("<html>".utf8))
    }
    try Self.view(.raw(body: [7, 0, 0, 0, 1, 0], trailers: [.init("grpc-status", "x1")])) { view, _ in
      #expect(view.body == [7, 0, 0, 0, 1, 0])
      #expect(view.value("grpc-status") == "x1")
    }
    try Self.view(.raw(body: [0, 0, 0], trailers: nil)) { view, _ in
      #expect(view.body == [0, 0, 0])
      #expect(view.value("grpc-status") == nil)
      #expect(view.closeCode == 0)
    }
  }

  @Test("a gzip bomb inflates to its size")
  func gzipBomb() throws {
    try Self.view(.gzipBomb(inflatesTo: 1_000_000)) { view, _ in
      #expect(view.value("grpc-encoding") == "gzip")
      #expect(view.body.first == 1)
      #expect(view.body.count < 2000)
      let inflated = try Gzip.inflate(Array(view.body.dropFirst(5)), limit: 2_000_000)
      #expect(inflated.count == 1_000_000)
    }
  }

  @Test("an interim response can precede the response (5.2.3)")
  func informationalBlockFirst() throws {
    let steps: [Response.Step] = [.headers([.init(":status", "103")])] + Response.success.steps
    try Self.view(.steps(steps)) { view, _ in
      #expect(view.blocks.map { $0.first?.value } == ["103", "200", "0"])
    }
  }

  @Test("raw bytes break the connection")
  func garbageInTheMiddle() throws {
    try Self.view(.steps([.rawBytes([UInt8](repeating: 0xFF, count: 100))])) { _, fixture in
      #expect(await fixture.client.isBroken)
    }
  }

  @Test("SETTINGS can change")
  func settingsChange() throws {
    try Fixture.run { fixture in
      await fixture.simulation.sleep(.milliseconds(10))
      await fixture.collector.sendSettings([3: 0])
      await fixture.simulation.sleep(.milliseconds(10))
      #expect(await fixture.client.settings[3] == 0)
      #expect(await fixture.client.call(Fixture.body(Fixture.spans(1))).isUnanswered)
      await fixture.collector.sendSettings([3: 1])
      #expect(await fixture.collector.waitForSpans(1, within: .seconds(1)))
    }
  }

  @Test(
    "a connection can end without HTTP/2",
    arguments: [LoopbackCollector.ConnectionBehavior.close, .reply(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))])
  func connectionsThatEnd(behavior: LoopbackCollector.ConnectionBehavior) throws {
    try Fixture.run(.init(), [behavior]) { fixture in
      #expect(await fixture.client.call(Fixture.body(Fixture.spans(1))).isUnanswered)
      #expect(await fixture.client.isConnectionClosed)
    }
  }

  @Test(
    "a connection can stay open without responses",
    arguments: [LoopbackCollector.ConnectionBehavior.silence, .ignore, .stopReadingAfter(bytesRead: 100)])
  func silentConnections(behavior: LoopbackCollector.ConnectionBehavior) throws {
    try Fixture.run(.init(), [behavior]) { fixture in
      #expect(await fixture.client.call(Fixture.body(Fixture.spans(10))).isUnanswered)
      #expect(await !fixture.client.isConnectionClosed)
      #expect(await fixture.client.settings.isEmpty == (behavior != .stopReadingAfter(bytesRead: 100)))
    }
  }

  @Test("a connection can end after a number of bytes", arguments: [1, 24, 33, 100, 1000])
  func closeAfterBytes(bytes: Int) throws {
    try Fixture.run(.init(), [.closeAfter(bytesRead: bytes)]) { fixture in
      #expect(await fixture.client.call(Fixture.body(Fixture.spans(100))).isUnanswered)
      #expect(await fixture.client.isConnectionClosed)
      // The next connection is served.
      let client = try await RawClient.connect(fixture.simulation, to: Fixture.address)
      #expect(await client.call(Fixture.body(Fixture.spans(1))).value("grpc-status") == "0")
    }
  }

  @Test("the handler responds to requests without a scripted response")
  func handlerAnswersWhatNoScriptDoes() throws {
    try Fixture.run { fixture in
      fixture.collector.onRequest {
        $0.spans.contains { $0.name == "GET /orders/2" } ? .status(.invalidArgument) : .success
      }
      #expect(await fixture.client.call(Fixture.body(Fixture.spans(3))).value("grpc-status") == "3")
      #expect(await fixture.client.call(Fixture.body(Fixture.spans(2))).value("grpc-status") == "0")
      fixture.collector.onRequest(nil)
      #expect(await fixture.client.call(Fixture.body(Fixture.spans(3))).value("grpc-status") == "0")
      #expect(fixture.collector.spanCount == 5)
    }
  }
}

private final class SpanTally: Sendable {
  private let value = Mutex(0)
  var count: Int { value.withLock { $0 } }
  func add(_ more: Int) { value.withLock { $0 += more } }
}
