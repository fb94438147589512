import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct AdditionalConnectionTests {
  private func streams(_ connections: Int) -> BalancingSettings {
    var settings = BalancingSettings(targets: ["a"], connections: connections)
    settings.server.maxConcurrentStreams = 1
    return settings
  }

  @Test("a server that permits one call at once gets more connections until they are unused (5.6.13)")
  func oneStream() throws {
    try balancingScene(streams(3)) { scene in
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

  @Test(
    "a call that waits takes the stream that an abandoned call leaves on another connection", arguments: [true, false])
  func abandonedCall(isCancelled: Bool) throws {
    try balancingScene(streams(2)) { scene in
      scene.servers[0].script(.success.delayed(by: .seconds(1)), .success.delayed(by: .seconds(1)), .silence, .silence)
      // Both connections come up.
      let first = (0..<2).map { _ in scene.simulation.task { await scene.call(within: .seconds(20)).code } }
      for call in first { #expect(await call.value == .ok) }
      #expect(scene.open[0] == 2)
      let stuck = scene.simulation.task { await scene.call(within: .seconds(60)).code }
      let abandoned = scene.simulation.task { await scene.call(within: .seconds(5)).code }
      await scene.simulation.sleep(.milliseconds(500))
      let waiting = scene.simulation.task { await scene.call(within: .seconds(20)).code }
      await scene.simulation.sleep(.milliseconds(500))
      #expect(scene.requests[0] == 4)
      if isCancelled { abandoned.cancel() }
      #expect(await abandoned.value == (isCancelled ? .cancelled : .deadlineExceeded))
      #expect(await waiting.value == .ok)
      #expect(await stuck.value == .deadlineExceeded)
    }
  }

  @Test("sequential calls use one connection")
  func oneAtATime() throws {
    try balancingScene(streams(10)) { scene in
      #expect(await scene.calls(every: .milliseconds(10), for: .seconds(10)).isEmpty)
      #expect(scene.servers[0].counts.connections == 1)
    }
  }

  private func window(_ connections: Int) -> BalancingSettings {
    var settings = BalancingSettings(targets: ["a"], connections: connections, latency: .milliseconds(100))
    settings.server.initialWindowSize = 65_535
    settings.server.connectionWindowSize = 65_535
    return settings
  }

  private func time(_ connections: Int) throws -> (Duration, Int, [DiagnosticEvent]) {
    let result = Mutex<(Duration, Int, [DiagnosticEvent])>((.zero, 0, []))
    try balancingScene(window(connections)) { scene in
      #expect(await scene.call().code == .ok)
      let start = scene.simulation.now
      let workers = (0..<8).map { _ in
        scene.simulation.task {
          // The first calls share the only connection.
          for _ in 0..<15 { #expect(await scene.call(300_000, within: .seconds(600)).code == .ok) }
        }
      }
      for worker in workers { await worker.value }
      let time = scene.simulation.now - start
      result.withLock {
        $0 = (time, scene.servers[0].counts.connections, scene.events(containing: "limit of the server"))
      }
    }
    return result.withLock { $0 }
  }

  @Test("over a link of 200 ms with a window of 64 KiB, four connections carry three times as much as one (5.6.13)")
  func windows() throws {
    let one = try time(1)
    let four = try time(4)
    #expect(one.1 == 1)
    #expect(four.1 == 4)
    #expect(one.0 > four.0 * 3, "\(one.0), \(four.0)")
  }

  @Test("at the maximum of connections the limit is reported once, with the remedy")
  func reported() throws {
    let events = try time(1).2
    #expect(events.count == 1)
    let fields = events.first.map { $0.fields.map(\.value).joined(separator: " ") } ?? ""
    #expect(fields.contains("raise maxConnections, now 1, to at most 10"))
    #expect(fields.contains("flow-control window"))
    try balancingScene(streams(1)) { scene in
      scene.servers[0].onRequest { _ in LoopbackCollector.Response.success.delayed(by: .milliseconds(50)) }
      for _ in 0..<20 {
        let calls = (0..<4).map { _ in scene.simulation.task { await scene.call().code } }
        for call in calls { #expect(await call.value == .ok) }
      }
      let reported = scene.events(containing: "limit of the server")
      #expect(reported.count == 1)
      #expect(reported.first?.fields.contains { $0.name == "maxConcurrentStreams" && $0.value == "1" } == true)
      #expect(scene.servers[0].counts.connections == 1)
    }
  }

  @Test("a small window that opens quickly causes no second connection")
  func quickWindow() throws {
    var settings = window(4)
    settings.latency = .microseconds(200)
    try balancingScene(settings) { scene in
      let calls = (0..<8).map { _ in scene.simulation.task { await scene.call(300_000).code } }
      for call in calls { #expect(await call.value == .ok) }
      #expect(scene.servers[0].counts.connections == 1)
    }
  }
}
