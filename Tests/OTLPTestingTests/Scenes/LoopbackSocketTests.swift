import GRPCClient
import HTTP2Transport
import OTLPTesting
import OTLPWire
import TelemetryCore
import TestSupport
import TestThreads
import Testing

/// The collector on real sockets, with the production client.
@Suite(.ownThreads) struct LoopbackSocketTests {
  private static func call(
    _ target: GRPCTarget, tls: TLSContext? = nil, count: Int = 3
  ) async throws -> GRPCResult {
    let lease = try TelemetryRuntime.shared.acquire()
    defer { lease.end() }
    let channel = try GRPCChannel(
      configuration: GRPCChannelConfiguration(target: target, tls: tls), network: SystemNetwork(), loop: lease.loop,
      diagnostics: .silent)
    let result = await channel.unary(
      path: RawClient.path, message: ExportRequestEncoder().encode(SpanBatch(CollectorFixture.spans(count))).message,
      deadline: Deadline(lease.loop.now + Loopback.patience))
    await channel.shutdown(deadline: Deadline(lease.loop.now + Loopback.patience))
    return result
  }

  @Test("a collector serves over IPv4 and IPv6", arguments: ["127.0.0.1", "::1"])
  func overTCP(host: String) async throws {
    let collector = try await LoopbackCollector(.init(address: .tcp(host: host, port: 0)))
    #expect(collector.port != 0)
    #expect(collector.endpoint == (host == "::1" ? "http://[::1]:" : "http://127.0.0.1:") + "\(collector.port)")
    let result = try await Self.call(.host(host, port: collector.port), count: 5000)
    #expect(result.code == .ok, "\(result)")
    #expect(await collector.waitForSpans(5000, within: Loopback.patience))
    #expect(collector.spans == CollectorFixture.spans(5000))
    await collector.stop()
  }

  @Test("a collector serves over a Unix domain socket")
  func overAUnixSocket() async throws {
    let path = "\(TestFiles.temporary)/collector.sock"
    let collector = try await LoopbackCollector(.init(address: .unix(path: path)))
    #expect(collector.endpoint == "unix:\(path)")
    #expect(try await Self.call(.unix(path: path)).code == .ok)
    #expect(collector.spanCount == 3)
    await collector.stop()
  }

  @Test("a restarted collector has the same port")
  func restartsOnTheSamePort() async throws {
    let place = Loopback.HeldPort()
    let port = place.number
    let collector = try await LoopbackCollector(.init(port: port))
    #expect(try await Self.call(.host("127.0.0.1", port: port)).code == .ok)
    await collector.stop()
    try await collector.restart()
    #expect(collector.port == port)
    #expect(try await Self.call(.host("127.0.0.1", port: port)).code == .ok)
    #expect(collector.spanCount == 6)
    await collector.stop()
    withExtendedLifetime(place) {}
  }

  /// The runtime has another user, so only the collector itself can close its sockets.
  @Test("the end of the last reference closes sockets and connections", arguments: [false, true])
  func endOfLastReference(tls: Bool) async throws {
    let lease = try TelemetryRuntime.shared.acquire()
    defer { lease.end() }
    let files = tls ? try TestCertificates() : nil
    var collector: LoopbackCollector? = try await LoopbackCollector(.init(port: 0, tls: files?.server))
    let port = try #require(collector?.port)
    let client = try #require(Loopback.Client(port))
    // The server's first bytes show that the connection is accepted. It waits for the client's, which tell the protocol.
    if !tls {
      client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
      #expect(await client.waitForBytes())
    }
    weak let trace = collector
    collector = nil
    #expect(trace == nil)
    #expect(await client.waitForEnd())
    #expect(await Loopback.wait { !Loopback.accepts(port) })
  }

  @Test("the end of the last reference ends the threads of the runtime")
  func endOfThreads() async throws {
    var configuration = TelemetryRuntime.Configuration()
    configuration.threadNamePrefix = "gone"
    let runtime = try TelemetryRuntime(configuration)
    do {
      let collector = try await LoopbackCollector(runtime: runtime)
      #expect(await collector.waitForSpans(0, within: Loopback.patience))
      #expect(TestFiles.threads(named: "gone") > 0)
    }
    #expect(await Loopback.wait { TestFiles.threads(named: "gone") == 0 })
  }

  @Test("withLoopbackCollector stops the collector after a return and an error")
  func scopedForm() async throws {
    struct Refusal: Error {}
    let (kept, port) = try await withLoopbackCollector { collector in
      let result = try await Self.call(.host("127.0.0.1", port: collector.port))
      #expect(result.code == .ok)
      return (collector, collector.port)
    }
    #expect(kept.spanCount == 3)
    #expect(!Loopback.accepts(port))
    var left: UInt16 = 0
    await #expect(throws: Refusal.self) {
      try await withLoopbackCollector { collector in
        left = collector.port
        throw Refusal()
      }
    }
    #expect(!Loopback.accepts(left))
  }

  /// Tests that start a program at a port rely on this.
  @Test("a held port is given to no other socket, and a server can listen on it")
  func heldPort() async throws {
    let places = (0..<200).map { _ in Loopback.HeldPort() }
    #expect(Set(places.map(\.number)).count == 200)
    for place in places.prefix(3) {
      #expect(!Loopback.accepts(place.number))
      for _ in 0..<2 {
        try await withLoopbackCollector(.init(port: place.number)) { collector in
          #expect(collector.port == place.number)
          #expect(Loopback.accepts(place.number))
        }
      }
      #expect(!Loopback.accepts(place.number))
    }
    withExtendedLifetime(places) {}
  }

  @Test("a host that is not an address throws")
  func hostThatIsNoAddressIsRefused() async {
    await #expect(throws: ConfigurationError.self) {
      try await LoopbackCollector(.init(address: .tcp(host: "example.invalid", port: 0)))
    }
  }
}
