import HTTP2Transport
import OTLPExport
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The exporter, a proxy and the collector on a virtual clock (RULES 5.9.11).
@Suite(.ownThreads) struct ProxyTests {
  private static let collector = SocketAddress.ipv4(0x0A00_0001, port: 4317)
  private static let ok = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
  private static let connect: @Sendable (String) -> SimulatedProxy.Answer = { _ in .connect(ok, to: collector) }

  /// A scene with a server whose name only the proxy can resolve.
  private func proxied(
    seed: UInt64 = 1, collector: LoopbackCollector.Configuration = .init(),
    configure: @escaping @Sendable (inout OTLPGRPCExporter.Configuration) -> Void = { _ in },
    answer: @escaping @Sendable (String) -> SimulatedProxy.Answer = connect,
    _ body: @escaping @Sendable (ExporterScene, SimulatedProxy) async throws -> Void
  ) throws {
    try scene(
      seed: seed, collector: collector,
      configure: {
        $0.endpoint = "http://hidden.internal:4317"
        $0.proxy = .http("http://us%65r:hunter2@proxy:3128")
        configure(&$0)
      }
    ) { scene in
      scene.simulation.network.setHost("proxy", .addresses([0x0A00_0063]))
      let proxy = SimulatedProxy(scene.simulation, answer: answer)
      try await proxy.start(on: .ipv4(0x0A00_0063, port: 3128))
      try await body(scene, proxy)
      await proxy.stop()
      for event in scene.log.events { #expect(!event.description.contains("hunter2")) }
    }
  }

  @Test("spans arrive through a proxy that resolves the name, in pieces of any size", arguments: 1...12)
  func spansArrive(seed: Int) throws {
    try proxied(seed: UInt64(seed)) { scene, proxy in
      let pieces = [nil, 1...1, 1...16, 1...300][seed % 4]
      scene.simulation.network.planConnections { _, _, _ in
        var link = SimulatedLink()
        link.writeSize = pieces
        return .link(link)
      }
      #expect(await scene.export(100).exported == 100)
      #expect(await scene.export(100).exported == 100)
      #expect(scene.collector.spanCount == 200)
      #expect(scene.collector.counts.connections == 1)
      #expect(scene.collector.requests.first?.header(":authority") == "hidden.internal:4317")
      let request = try #require(proxy.requests.first)
      #expect(proxy.requests.count == 1)
      #expect(
        request.hasPrefix("CONNECT hidden.internal:4317 HTTP/1.1\r\nHost: hidden.internal:4317\r\nUser-Agent: OTel-"))
      #expect(request.hasSuffix("\r\nProxy-Authorization: Basic dXNlcjpodW50ZXIy\r\n\r\n"))
      #expect(scene.log.events.isEmpty)
    }
  }

  @Test func interimResponsesAreIgnored() throws {
    try proxied(answer: { _ in
      .connect(Array("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".utf8) + Self.ok, to: Self.collector)
    }) { scene, _ in
      #expect(await scene.export().exported == 20)
    }
  }

  @Test func tlsIsSpokenWithTheServerAndNotTheProxy() throws {
    var server = LoopbackCollector.Configuration()
    server.tls = .init(
      certificate: certificates + "server.pem", privateKey: certificates + "server.key",
      clientCA: certificates + "ca.pem")
    try proxied(
      collector: server,
      configure: {
        // Also that a proxy which code names is used for this machine's name.
        $0.endpoint = "https://localhost:4317"
        $0.certificate = .file(certificates + "ca.pem")
        $0.clientCertificate = .file(certificates + "client.pem")
        $0.clientKey = .file(certificates + "client.key")
      }
    ) { scene, proxy in
      #expect(await scene.export(200).exported == 200)
      #expect(scene.collector.spanCount == 200)
      #expect(proxy.requests.map { $0.prefix(23) } == ["CONNECT localhost:4317 "])
    }
  }

  @Test func theEnvironmentNamesTheProxyAndWhatNeedsNone() throws {
    let environment = ["https_proxy": "http://proxy:3128", "NO_PROXY": "10.0.0.0/8, .direct.example"]
    for (endpoint, isProxied) in [
      ("http://hidden.internal:4317", true), ("http://10.0.0.1:4317", false), ("http://a.direct.example:4317", false),
      ("http://direct.example:4317", true),
    ] {
      try scene(configure: {
        $0 = OTLPGRPCExporter.Configuration()
        $0.endpoint = endpoint
        $0.apply(environment: environment, diagnostics: .silent)
      }) { scene in
        scene.simulation.network.setHost("proxy", .addresses([0x0A00_0063]))
        for name in ["10.0.0.1", "a.direct.example"] {
          scene.simulation.network.setHost(name, .addresses([0x0A00_0001]))
        }
        let proxy = SimulatedProxy(scene.simulation, answer: Self.connect)
        try await proxy.start(on: .ipv4(0x0A00_0063, port: 3128))
        #expect(await scene.export().exported == 20)
        #expect(proxy.requests.count == (isProxied ? 1 : 0), "\(endpoint)")
        await proxy.stop()
      }
    }
  }

  // MARK: Failures

  struct Failing: Sendable, CustomTestStringConvertible {
    var answer: SimulatedProxy.Answer
    var words: String
    var testDescription: String { words }
  }

  private static func reply(_ text: String) -> SimulatedProxy.Answer { .reply(Array(text.utf8)) }

  private static let failing: [Failing] = [
    Failing(
      answer: reply("HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n\r\nbody"),
      words: "the proxy proxy:3128: it doesn't accept the user name and password in its URL"),
    Failing(
      answer: reply("HTTP/1.1 403 No\r\n\r\n"), words: "the proxy proxy:3128: it forbids this connection (403 No)"),
    Failing(answer: reply("HTTP/1.1 502 Bad\u{1B}[1m\r\n\r\n"), words: "it can't connect to the server (502 Bad [1m)"),
    Failing(answer: reply("HTTP/1.0 405 x\r\n\r\n"), words: "it makes no connections: is it a proxy? (405 x)"),
    Failing(answer: reply("220 mail ready\r\n"), words: "it doesn't speak HTTP: is it a proxy?"),
    Failing(answer: .reply([0, 0, 0, 4, 0, 0, 0, 0, 0]), words: "it answers in HTTP/2"),
    Failing(answer: .reply([0x15, 3, 3, 0, 2, 2, 70]), words: "it speaks TLS"),
    Failing(answer: .reply([]), words: "it closed the connection without an answer"),
    Failing(answer: reply("HTTP/1.1 200 OK\r\nVia: "), words: "it closed the connection without an answer"),
    Failing(
      answer: reply("HTTP/1.1 200 OK\r\n" + String(repeating: "a: b\r\n", count: 2_800)),
      words: "its answer is too long"),
    Failing(answer: .silence([]), words: "it accepted the connection and didn't answer in time"),
    Failing(
      answer: .silence(Array("HTTP/1.1 200 OK\r\n".utf8)), words: "it accepted the connection and didn't answer in time"
    ),
    // The tunnel is established, and no server is behind it.
    Failing(
      answer: reply("HTTP/1.1 200 OK\r\n\r\n"), words: "hidden.internal:4317 by proxy 10.0.0.99:3128: the server closed"
    ),
    Failing(
      answer: reply("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 400 x\r\n\r\n"),
      words: "hidden.internal:4317 by proxy 10.0.0.99:3128: the server answers in HTTP/1"),
  ]

  @Test(arguments: failing) func theFailureIsNamedInTime(failing: Failing) throws {
    try proxied(answer: { _ in failing.answer }) { scene, _ in
      let start = scene.simulation.now
      let outcome = await scene.export(within: .seconds(30))
      #expect(outcome.dropped.values.reduce(0, +) == 20)
      #expect(scene.simulation.now - start <= .seconds(30))
      #expect(scene.log.events.contains { $0.description.contains(failing.words) }, "\(scene.log.events)")
    }
  }

  @Test(arguments: [3, 60]) func aDeadlineHoldsThroughAProxyThatIsSilent(seconds: Int) throws {
    try proxied(answer: { _ in .silence([]) }) { scene, _ in
      let start = scene.simulation.now
      #expect(await scene.export(within: .seconds(seconds)).exported == 0)
      #expect(scene.simulation.now - start <= .seconds(seconds))
    }
  }

  @Test func anUnreachableProxyIsNamed() throws {
    try proxied { scene, _ in
      scene.simulation.network.setHost("proxy", .fails(reason: "no such name"))
      #expect(await scene.export(within: .seconds(3)).exported == 0)
      scene.simulation.network.setHost("proxy", .addresses([0x0A00_0064]))
      #expect(await scene.export(within: .seconds(30)).exported == 0)
      let texts = scene.log.events.map(\.description)
      #expect(texts.contains { $0.contains("the proxy proxy:3128: the name 'proxy' can't be resolved") })
      #expect(texts.contains { $0.contains("the proxy proxy:3128: 10.0.0.100:3128: connect") })
    }
  }

  @Test func theAddressesOfAProxyAreRaced() throws {
    try proxied { scene, proxy in
      scene.simulation.network.setHost("proxy", .addresses([0x0A00_0064, 0x0A00_0063]))
      scene.simulation.network.planConnections { address, _, _ in
        address == .ipv4(0x0A00_0064, port: 3128) ? .ignore : .link(SimulatedLink())
      }
      let start = scene.simulation.now
      #expect(await scene.export().exported == 20)
      #expect(scene.simulation.now - start < .seconds(1))
      #expect(proxy.requests.count == 1)
    }
  }

  @Test func aProxyThatRecoversLosesNothing() throws {
    let attempts = Counter()
    try proxied(answer: { _ in
      attempts.next() < 3 ? Self.reply("HTTP/1.1 503 Busy\r\n\r\n") : .connect(Self.ok, to: Self.collector)
    }) { scene, proxy in
      let outcome = await scene.export(within: .seconds(60))
      #expect(outcome.exported == 20)
      #expect(outcome.possibleDuplicates == 0)
      #expect(proxy.requests.count == 3)
    }
  }
}
