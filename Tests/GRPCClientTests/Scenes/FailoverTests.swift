import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

/// A request that holds an unknown field of so many bytes.
private func message(_ count: Int) -> BufferSlice {
  guard count > 0 else { return BufferSlice([0, 0, 0, 0, 0]) }
  let length: [UInt8] = [
    UInt8(count & 0x7F) | 0x80, UInt8(count >> 7 & 0x7F) | 0x80, UInt8(count >> 14 & 0x7F),
  ]
  let body = [0xC2, 0x3E] + length + [UInt8](repeating: 7, count: count)
  let prefix = [0] + (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) }
  return BufferSlice(prefix + body)
}

/// Three servers `a`, `b` and `c`; the name `all` leads to all of them.
private struct Balance: Sendable {
  let simulation: Simulation
  let servers: [LoopbackCollector]
  let channel: GRPCChannel
  let events: Events

  func call(_ bytes: Int = 0, within limit: Duration = .seconds(10)) async -> GRPCResult {
    await channel.unary(path: path, message: message(bytes), deadline: Deadline(simulation.now + limit))
  }

  /// Calls each so often for so long; the codes of those that failed.
  func calls(every pause: Duration, for time: Duration) async -> [GRPCStatusCode] {
    var failed: [GRPCStatusCode] = []
    let end = simulation.now + time
    while simulation.now < end {
      let result = await call()
      if result.code != .ok { failed.append(result.code) }
      await simulation.sleep(pause)
    }
    return failed
  }

  var requests: [Int] { servers.map(\.counts.requests) }
  var open: [Int] { servers.map(\.counts.openConnections) }
  func said(_ text: String) -> [DiagnosticEvent] { events.list.withLock { $0.filter { $0.message.contains(text) } } }
}

private final class Events: Sendable {
  let list = Mutex<[DiagnosticEvent]>([])
}

private struct Settings {
  var targets: [String] = ["a", "b", "c"]
  var policy = LoadBalancing.pickFirst
  var connections = 1
  var age: Duration?
  var server = LoopbackCollector.Configuration()
  var latency = Duration.microseconds(200)
}

private func balance(
  _ settings: Settings = Settings(), seed: UInt64 = 1, _ body: @escaping @Sendable (Balance) async throws -> Void
) throws {
  try simulate(seed: seed, limit: .seconds(24 * 3600)) { simulation in
    let numbers: [UInt32] = [0x0A00_0001, 0x0A00_0002, 0x0A00_0003]
    var servers: [LoopbackCollector] = []
    for (name, number) in zip(["a", "b", "c"], numbers) {
      servers.append(try await LoopbackCollector(settings.server, on: place(number), of: simulation))
      simulation.network.setHost(name, .addresses([number]))
    }
    simulation.network.setHost("all", .addresses(numbers))
    let latency = settings.latency
    simulation.network.planConnections { _, _, _ in
      var link = SimulatedLink()
      link.latency = latency...latency
      link.bufferSize = 4 << 20
      return .link(link)
    }
    var configuration = GRPCChannelConfiguration(
      target: .host("a", port: 4317), backoff: .init(seed: seed), maxConnectionAge: settings.age)
    configuration.targets = settings.targets.map { .host($0, port: 4317) }
    configuration.loadBalancing = settings.policy
    configuration.maxConnections = settings.connections
    let events = Events()
    let channel = try GRPCChannel(
      configuration: configuration, network: simulation.network, loop: simulation.loop,
      diagnostics: Diagnostics { event in events.list.withLock { $0.append(event) } })
    try await run(simulation, servers, channel, events, body)
  }
}

private func run(
  _ simulation: Simulation, _ servers: [LoopbackCollector], _ channel: GRPCChannel, _ events: Events,
  _ body: (Balance) async throws -> Void
) async throws {
  let scene = Balance(simulation: simulation, servers: servers, channel: channel, events: events)
  try await body(scene)
  await channel.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
  for server in servers { await server.stop() }
  await simulation.sleep(.seconds(60))
  #expect(simulation.network.openConnections == 0)
}

@Suite(.ownThreads) struct FailoverTests {
  @Test("the first endpoint has all calls; when it is gone the next takes over at once, and later it comes back")
  func failover() throws {
    try balance { scene in
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(5)).isEmpty)
      #expect(scene.requests[1...] == [0, 0])
      await scene.servers[0].stop()
      let start = scene.simulation.now
      _ = await scene.call()
      #expect(await scene.call().code == .ok)
      // The first reconnect is jittered within a second.
      #expect(scene.simulation.now - start < .milliseconds(1100))
      #expect(scene.open == [0, 1, 0])
      try await scene.servers[0].restart()
      let before = scene.requests[0]
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(14)).isEmpty)
      #expect(scene.requests[0] == before)
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(40)).isEmpty)
      #expect(scene.requests[0] > before)
      #expect(scene.open == [1, 0, 0])
      #expect(scene.said("ejected").count == 1)
      #expect(scene.said("takes over").count == 1)
    }
  }

  @Test("one that answers UNAVAILABLE five times in a row is left for the next, without a call between")
  func unavailable() throws {
    try balance { scene in
      scene.servers[0].onRequest { _ in .status(.unavailable, message: "busy") }
      for _ in 0..<5 { #expect(await scene.call().code == .unavailable) }
      await scene.simulation.sleep(.milliseconds(10))
      #expect(await scene.calls(every: .milliseconds(10), for: .seconds(10)).isEmpty)
      #expect(scene.open == [0, 1, 0])
      // It comes back to the first, which still fails, and stays away for longer then.
      #expect(await scene.calls(every: .seconds(1), for: .seconds(600)).count < 60)
    }
  }

  @Test("calls that get no answer in time count as well")
  func silent() throws {
    try balance { scene in
      scene.servers[0].onRequest { _ in .silence }
      for _ in 0..<5 { #expect(await scene.call(within: .seconds(1)).code == .deadlineExceeded) }
      await scene.simulation.sleep(.milliseconds(10))
      #expect(await scene.call(within: .seconds(1)).code == .ok)
    }
  }

  @Test("all fail: the calls go on to where there is a connection; nothing spins")
  func allFail() throws {
    try balance { scene in
      for server in scene.servers { server.onRequest { _ in .status(.unavailable) } }
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(60)).count > 500)
      #expect(scene.servers.map(\.counts.connections).reduce(0, +) < 20)
      for server in scene.servers { server.onRequest(nil) }
      #expect(await scene.call().code == .ok)
    }
  }

  @Test("a preferred server that accepts and is silent doesn't take the time of the next")
  func silentHandshake() throws {
    try balance { scene in
      scene.servers[0].scriptConnections(.silence)
      let start = scene.simulation.now
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start < .seconds(3))
      #expect(scene.requests == [0, 1, 0])
    }
  }
}

@Suite(.ownThreads) struct RotationSceneTests {
  @Test(
    "5.9: calls go to all addresses of a name in turn, and to all endpoints", arguments: [["all"], ["a", "b", "c"]])
  func turns(targets: [String]) throws {
    try balance(Settings(targets: targets, policy: .roundRobin)) { scene in
      #expect(await scene.call().code == .ok)
      await scene.simulation.sleep(.seconds(1))
      #expect(await scene.calls(every: .milliseconds(10), for: .milliseconds(600)).isEmpty)
      let requests = scene.requests
      #expect(requests.max()! - requests.min()! <= 1, "\(requests)")
      #expect(scene.open == [1, 1, 1])
    }
  }

  @Test("5.9.6: one that can't be reached holds up no call, and is there again a while after it is up")
  func oneDown() throws {
    try balance(Settings(targets: ["all"], policy: .roundRobin)) { scene in
      await scene.servers[1].stop()
      #expect(await scene.call().code == .ok)
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(30)).isEmpty)
      #expect(scene.requests[1] == 0)
      #expect(scene.said("can't connect; other connections are up").count { $0.level == .warning } == 1)
      try await scene.servers[1].restart()
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(60)).isEmpty)
      #expect(scene.requests[1] > 100)
    }
  }

  @Test("one that answers UNAVAILABLE leaves the rotation, and comes back")
  func ejected() throws {
    try balance(Settings(targets: ["all"], policy: .roundRobin)) { scene in
      scene.servers[2].onRequest { _ in .status(.unavailable) }
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(14)).count == 5)
      scene.servers[2].onRequest(nil)
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(60)).isEmpty)
      #expect(scene.requests[2] > 30)
      #expect(scene.servers[2].counts.connections == 1)
    }
  }

  @Test("5.8.10: an address that comes is connected to, one that goes is drained: its open call ends there")
  func changes() throws {
    try balance(Settings(targets: ["all"], policy: .roundRobin, age: .seconds(60))) { scene in
      scene.simulation.network.setHost("all", .addresses([0x0A00_0001, 0x0A00_0002]))
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(5)).isEmpty)
      #expect(scene.open == [1, 1, 0])
      scene.simulation.network.setHost("all", .addresses([0x0A00_0002, 0x0A00_0003]))
      scene.servers[0].onRequest { _ in LoopbackCollector.Response.success.delayed(by: .seconds(70)) }
      let long = (0..<2).map { _ in scene.simulation.task { await scene.call(within: .seconds(100)).code } }
      await scene.simulation.sleep(.seconds(1))
      scene.servers[0].onRequest(nil)
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(80)).isEmpty)
      for call in long { #expect(await call.value == .ok) }
      await scene.simulation.sleep(.seconds(1))
      #expect(scene.open == [0, 1, 1])
    }
  }

  @Test(
    "a rolling restart of three servers: nothing is lost, and nothing fails but what was never processed",
    arguments: 1...5 as ClosedRange<UInt64>)
  func rollingRestart(seed: UInt64) throws {
    try balance(Settings(targets: ["all"], policy: .roundRobin), seed: seed) { scene in
      let isOver = Mutex(false)
      let workers = (0..<4).map { _ in
        scene.simulation.task {
          var (done, bad) = (0, [GRPCResult]())
          while !isOver.withLock({ $0 }) {
            var result = await scene.call()
            while result.code != .ok, result.fate == .neverProcessed { result = await scene.call() }
            if result.code == .ok { done += 1 } else { bad.append(result) }
            await scene.simulation.sleep(.milliseconds(19))
          }
          return (done, bad.map { "\($0)" })
        }
      }
      await scene.simulation.sleep(.seconds(5))
      for server in scene.servers {
        await server.goAway(lastStream: .all)
        await scene.simulation.sleep(.seconds(2))
        await server.stop()
        await scene.simulation.sleep(.seconds(3))
        try await server.restart()
        await scene.simulation.sleep(.seconds(10))
      }
      isOver.withLock { $0 = true }
      var done = 0
      for worker in workers {
        let (count, bad) = await worker.value
        done += count
        #expect(bad.isEmpty)
      }
      #expect(scene.servers.map(\.counts.acceptedRequests).reduce(0, +) == done)
      #expect(scene.open == [1, 1, 1])
    }
  }
}

@Suite(.ownThreads) struct ExtraConnectionTests {
  private func streams(_ connections: Int) -> Settings {
    var settings = Settings(targets: ["a"], connections: connections)
    settings.server.maxConcurrentStreams = 1
    return settings
  }

  @Test("5.6.13: a server that permits one call at once gets more connections, and they go when they aren't used")
  func oneStream() throws {
    try balance(streams(3)) { scene in
      scene.servers[0].onRequest { _ in LoopbackCollector.Response.success.delayed(by: .seconds(1)) }
      let start = scene.simulation.now
      let calls = (0..<9).map { _ in scene.simulation.task { await scene.call(within: .seconds(20)).code } }
      for call in calls { #expect(await call.value == .ok) }
      let time = scene.simulation.now - start
      #expect(time > .seconds(3) && time < .seconds(5), "\(time)")
      #expect(scene.open[0] == 3)
      await scene.simulation.sleep(.seconds(61))
      #expect(scene.open[0] == 1)
      #expect(await scene.call().code == .ok)
      #expect(scene.open[0] == 1)
    }
  }

  @Test("calls one at a time need no more than one connection")
  func oneAtATime() throws {
    try balance(streams(10)) { scene in
      #expect(await scene.calls(every: .milliseconds(10), for: .seconds(10)).isEmpty)
      #expect(scene.servers[0].counts.connections == 1)
    }
  }

  private func window(_ connections: Int) -> Settings {
    var settings = Settings(targets: ["a"], connections: connections, latency: .milliseconds(100))
    settings.server.initialWindowSize = 65_535
    settings.server.connectionWindowSize = 65_535
    return settings
  }

  private func time(_ connections: Int) throws -> (Duration, Int, [DiagnosticEvent]) {
    let result = Mutex<(Duration, Int, [DiagnosticEvent])>((.zero, 0, []))
    try balance(window(connections)) { scene in
      #expect(await scene.call().code == .ok)
      let start = scene.simulation.now
      let workers = (0..<8).map { _ in
        scene.simulation.task {
          // The first of each are on the one connection that there is then.
          for _ in 0..<15 { #expect(await scene.call(300_000, within: .seconds(600)).code == .ok) }
        }
      }
      for worker in workers { await worker.value }
      let time = scene.simulation.now - start
      result.withLock { $0 = (time, scene.servers[0].counts.connections, scene.said("limit of the server")) }
    }
    return result.withLock { $0 }
  }

  @Test("5.6.13: over a link of 200 ms and a window of 64 KiB four connections do three times as much as one")
  func windows() throws {
    let one = try time(1)
    let four = try time(4)
    #expect(one.1 == 1)
    #expect(four.1 == 4)
    #expect(one.0 > four.0 * 3, "\(one.0), \(four.0)")
  }

  @Test("where no more connections are allowed, that is said once, with what to do about it")
  func reported() throws {
    let events = try time(1).2
    #expect(events.count == 1)
    let fields = events.first.map { $0.fields.map(\.value).joined(separator: " ") } ?? ""
    #expect(fields.contains("raise maxConnections, now 1, to at most 10"))
    #expect(fields.contains("flow-control window"))
    try balance(streams(1)) { scene in
      scene.servers[0].onRequest { _ in LoopbackCollector.Response.success.delayed(by: .milliseconds(50)) }
      for _ in 0..<20 {
        let calls = (0..<4).map { _ in scene.simulation.task { await scene.call().code } }
        for call in calls { #expect(await call.value == .ok) }
      }
      let said = scene.said("limit of the server")
      #expect(said.count == 1)
      #expect(said.first?.fields.contains { $0.name == "maxConcurrentStreams" && $0.value == "1" } == true)
      #expect(scene.servers[0].counts.connections == 1)
    }
  }

  @Test("a window that is small but quick needs no second connection")
  func quickWindow() throws {
    var settings = window(4)
    settings.latency = .microseconds(200)
    try balance(settings) { scene in
      let calls = (0..<8).map { _ in scene.simulation.task { await scene.call(300_000).code } }
      for call in calls { #expect(await call.value == .ok) }
      #expect(scene.servers[0].counts.connections == 1)
    }
  }
}
