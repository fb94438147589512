import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct LoopbackCollectorTests {
  private typealias Fixture = CollectorFixture

  @Test("spans arrive and are kept")
  func spansArriveAndAreKept() throws {
    try Fixture.run { fixture in
      let spans = Fixture.spans(20)
      let view = await fixture.client.call(Fixture.body(spans), [.init("authorization", "Bearer t")])
      // Headers, one message, trailers (5.2.1).
      #expect(view.blocks.count == 2)
      #expect(view.value(":status") == "200")
      #expect(view.value("grpc-status") == "0")
      #expect(view.body == [0, 0, 0, 0, 0])
      #expect(view.closeCode == 0)
      #expect(fixture.collector.spans == spans)
      #expect(fixture.collector.spanCount == 20)
      #expect(fixture.collector.requestCount == 1)
      let request = try #require(fixture.collector.requests.first)
      #expect(request.header("authorization") == "Bearer t")
      #expect(request.wireBytes == Fixture.body(spans).count)
      #expect(request.messageBytes == request.wireBytes - 5)
      #expect(!request.isCompressed)
      #expect(await fixture.collector.waitForSpans(20, within: .seconds(1)))
      #expect(await !fixture.collector.waitForSpans(21, within: .seconds(1)))
    }
  }

  @Test(
    "a body that is longer than its message may be is refused before its end, despite a script",
    arguments: [true, false])
  func endlessBody(isScripted: Bool) throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxMessageBytes = 1_000
    configuration.initialWindowSize = 300_000
    configuration.grantsWindow = false
    try Fixture.run(configuration) { fixture in
      if isScripted { fixture.collector.script(.silence) }
      let view = await fixture.client.call([0, 0, 0, 0, 10] + [UInt8](repeating: 0, count: 2 << 20))
      #expect(view.value("grpc-status") == "8")
      #expect(view.closeCode == 0)
      #expect(fixture.collector.requestCount == 0)
      #expect(await fixture.client.call(Fixture.body(Fixture.spans(1))).value("grpc-status") == "0")
    }
  }

  @Test("a client that reads no acknowledgement of its PINGs isn't read either")
  func unreadAcknowledgements() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: CollectorFixture.address, of: simulation)
      let loop = simulation.loop
      let client = PipeClient(
        loop: loop,
        transport: try await simulation.network.connect(
          to: CollectorFixture.address, on: loop, deadline: Deadline(simulation.now + .seconds(5))))
      try await client.start()
      await client.pauseReading(true)
      await client.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
      let ping: [UInt8] = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
      for _ in 0..<300 {
        await client.send(Array(repeatElement(ping, count: 500).joined()))
        await simulation.sleep(.milliseconds(2))
      }
      #expect(await client.unsentCount > 500_000)
      await client.close()
      await collector.stop()
    }
  }

  @Test("an object that ends with the handler may use the collector")
  func handlerEnds() async throws {
    let collector = try await LoopbackCollector()
    let ended = Promise<Int>()
    let lease = try TelemetryRuntime.shared.acquire()
    keepInHandler(of: collector, ended)
    lease.runtime.startBlocking { collector.onRequest(nil) }
    #expect(await ended.value(until: .after(Loopback.patience), on: lease.loop) == 0)
    await collector.stop()
    lease.end()
  }

  private func keepInHandler(of collector: LoopbackCollector, _ ended: Promise<Int>) {
    let observer = HandlerEnd { ended.fulfil(collector.requestCount) }
    collector.onRequest { _ in withExtendedLifetime(observer) { .success } }
  }

  @Test("waitForRequests counts requests with any response")
  func requestsAreWaitedForWhateverIsAnswered() throws {
    try Fixture.run { fixture in
      let (collector, simulation) = (fixture.collector, fixture.simulation)
      #expect(await collector.waitForRequests(0, within: .zero))
      let two = simulation.task { await collector.waitForRequests(2, within: .seconds(10)) }
      let three = simulation.task {
        let start = simulation.now
        let arrived = await collector.waitForRequests(3, within: .seconds(5))
        return (arrived, simulation.now - start)
      }
      collector.script(.status(.unavailable))
      _ = await fixture.client.call(Fixture.body(Fixture.spans(4)))
      let start = simulation.now
      #expect(await !collector.waitForRequests(2, within: .milliseconds(700)))
      #expect(simulation.now - start == .milliseconds(700))
      _ = await fixture.client.call(Fixture.body(Fixture.spans(4)))
      #expect(await two.value)
      #expect(simulation.now - start < .seconds(1))
      #expect(await collector.waitForRequests(2, within: .zero))
      #expect(collector.spanCount == 4)
      let (arrived, waited) = await three.value
      #expect(!arrived && waited == .seconds(5))
    }
  }

  @Test("waitForRequests works on real sockets")
  func requestsAreWaitedForOnRealSockets() async throws {
    let collector = try await LoopbackCollector()
    let client = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
    #expect(await !collector.waitForRequests(1, within: .milliseconds(20)))
    async let arrived = collector.waitForRequests(1, within: .seconds(120))
    _ = await client.export(SpanBatch(Fixture.spans(3)), deadline: .after(.seconds(120)))
    #expect(await arrived)
    await client.shutdown(deadline: .after(Loopback.patience))
    await collector.stop()
  }

  @Test("large requests arrive over a network with small writes", arguments: 0..<10)
  func largeRequestsOnAnUnevenNetwork(seed: Int) throws {
    try Fixture.run(seed: UInt64(seed)) { fixture in
      fixture.simulation.network.planConnections { _, _, _ in
        var link = SimulatedLink()
        link.writeSize = 1...9000
        return .link(link)
      }
      let client = try await RawClient.connect(fixture.simulation, to: Fixture.address)
      let body = Fixture.body(Fixture.spans(4000))
      for _ in 0..<3 { #expect(await client.call(body, limit: .seconds(60)).value("grpc-status") == "0") }
      #expect(fixture.collector.spanCount == 12_000)
    }
  }

  @Test("a window of one byte delivers")
  func windowOfOneByteStillDelivers() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.initialWindowSize = 1
    try Fixture.run(configuration) { fixture in
      await fixture.simulation.sleep(.milliseconds(10))  // for SETTINGS to arrive
      let view = await fixture.client.call(Fixture.body(Fixture.spans(3)), limit: .seconds(60))
      #expect(view.value("grpc-status") == "0")
      #expect(fixture.collector.spanCount == 3)
    }
  }

  @Test("a window without updates stops a larger request")
  func windowThatIsNeverGrantedStopsTheRequest() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.initialWindowSize = 100
    configuration.grantsWindow = false
    try Fixture.run(configuration) { fixture in
      await fixture.simulation.sleep(.milliseconds(10))  // for SETTINGS to arrive
      #expect(await fixture.client.call(Fixture.body(Fixture.spans(50))).isUnanswered)
      #expect(fixture.collector.requestCount == 0)
    }
  }

  @Test("an unknown method is UNIMPLEMENTED")
  func unknownMethodIsUnimplemented() throws {
    try Fixture.run { fixture in
      let view = await fixture.client.call(Fixture.body(Fixture.spans(1)), path: "/x.Y/Z")
      #expect(view.value("grpc-status") == "12")
      #expect(fixture.collector.spanCount == 0)
    }
  }

  @Test("a request without a required header is UNAUTHENTICATED")
  func headersCanBeRequired() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.requiredHeaders = ["authorization": "Bearer secret"]
    try Fixture.run(configuration) { fixture in
      let body = Fixture.body(Fixture.spans(1))
      #expect(await fixture.client.call(body).value("grpc-status") == "16")
      #expect(await fixture.client.call(body, [.init("authorization", "Bearer x")]).value("grpc-status") == "16")
      #expect(await fixture.client.call(body, [.init("authorization", "Bearer secret")]).value("grpc-status") == "0")
      #expect(fixture.collector.spanCount == 1)
    }
  }

  @Test("a message that is too large fails with the message of gRPC's Go server")
  func tooLargeIsRefusedInTheWordsOfGRPC() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxMessageBytes = 1000
    try Fixture.run(configuration) { fixture in
      let body = Fixture.body(Fixture.spans(1000))
      let view = await fixture.client.call(body)
      #expect(view.value("grpc-status") == "8")
      #expect(
        view.value("grpc-message") == "grpc: received message larger than max (\(body.count - 5) vs. 1000)")
      #expect(fixture.collector.spanCount == 0)
    }
  }

  @Test("gzip inflates up to the maximum size, and malformed gzip is INTERNAL (trap 26)")
  func gzipIsInflatedWithinTheBound() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxMessageBytes = 200_000
    try Fixture.run(configuration) { fixture in
      let gzip = [LoopbackCollector.Field("grpc-encoding", "gzip")]
      let message = Array(Fixture.body(Fixture.spans(100)).dropFirst(5))
      let view = await fixture.client.call(Fixture.gzipBody(message), gzip)
      #expect(view.value("grpc-status") == "0")
      #expect(fixture.collector.spanCount == 100)
      let request = try #require(fixture.collector.requests.last)
      #expect(request.isCompressed)
      #expect(request.messageBytes == message.count)
      #expect(request.wireBytes < message.count / 2)

      let bomb = Fixture.gzipBody([UInt8](repeating: 0, count: 1_000_000))
      #expect(await fixture.client.call(bomb, gzip).value("grpc-status") == "8")
      #expect(await fixture.client.call([1, 0, 0, 0, 2, 9, 9], gzip).value("grpc-status") == "13")
      #expect(await fixture.client.call(Fixture.gzipBody(message)).value("grpc-status") == "13")
    }
  }

  @Test("without gzip, a compressed message is UNIMPLEMENTED (5.1.16)")
  func gzipCanBeUnknown() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.acceptsGzip = false
    try Fixture.run(configuration) { fixture in
      let message = Array(Fixture.body(Fixture.spans(10)).dropFirst(5))
      let view = await fixture.client.call(Fixture.gzipBody(message), [.init("grpc-encoding", "gzip")])
      #expect(view.value("grpc-status") == "12")
      #expect(view.value("grpc-accept-encoding") == "identity")
    }
  }

  @Test("the numbers of kept spans and requests are limited")
  func keptSpansAreBounded() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.keptSpans = 5
    configuration.keptRequests = 1
    try Fixture.run(configuration) { fixture in
      for _ in 0..<3 { _ = await fixture.client.call(Fixture.body(Fixture.spans(4))) }
      #expect(fixture.collector.spanCount == 12)
      #expect(fixture.collector.spans.count == 5)
      #expect(fixture.collector.requests.count == 1)
    }
  }

  @Test("the number of concurrent streams is limited")
  func concurrentStreamsAreBounded() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxConcurrentStreams = 1
    try Fixture.run(configuration) { fixture in
      fixture.collector.onRequest { _ in .success.delayed(by: .seconds(1)) }
      await fixture.simulation.sleep(.milliseconds(10))
      let start = fixture.simulation.now
      let body = Fixture.body(Fixture.spans(1))
      let streams = [await fixture.client.send(body), await fixture.client.send(body), await fixture.client.send(body)]
      #expect(await fixture.collector.waitForSpans(3, within: .seconds(10)))
      await fixture.simulation.sleep(.milliseconds(10))
      for stream in streams { #expect(await fixture.client.view(stream).value("grpc-status") == "0") }
      #expect(fixture.simulation.now - start >= .seconds(3))
    }
  }

  @Test("resets by the client are counted")
  func clientResetsAreCounted() throws {
    try Fixture.run { fixture in
      fixture.collector.script(.silence)
      let stream = await fixture.client.send(Fixture.body(Fixture.spans(1)))
      await fixture.simulation.sleep(.seconds(1))
      await fixture.client.reset(stream)
      await fixture.simulation.sleep(.seconds(1))
      #expect(fixture.collector.counts.clientResets == 1)
    }
  }

  @Test("a collector stops and restarts")
  func stopsAndRestarts() throws {
    try Fixture.run { fixture in
      await fixture.collector.stop()
      await fixture.simulation.sleep(.seconds(1))
      #expect(await fixture.client.isConnectionClosed)
      #expect(fixture.collector.counts.openConnections == 0)
      await #expect(throws: (any Error).self) {
        _ = try await RawClient.connect(fixture.simulation, to: Fixture.address)
      }
      try await fixture.collector.restart()
      let client = try await RawClient.connect(fixture.simulation, to: Fixture.address)
      #expect(await client.call(Fixture.body(Fixture.spans(1))).value("grpc-status") == "0")
      #expect(fixture.collector.counts.connections == 2)
    }
  }
}

/// Calls a closure at its end.
private final class HandlerEnd: Sendable {
  private let atEnd: @Sendable () -> Void
  init(_ atEnd: @escaping @Sendable () -> Void) { self.atEnd = atEnd }
  deinit { atEnd() }
}
