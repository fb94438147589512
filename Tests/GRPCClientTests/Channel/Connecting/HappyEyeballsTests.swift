import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private func at(_ milliseconds: Int64) -> MonotonicInstant { .init(nanoseconds: milliseconds * 1_000_000) }

private func v4(_ number: UInt32) -> SocketAddress { .ipv4(number, port: 4317) }
private func v6(_ number: UInt64) -> SocketAddress { .ipv6(high: 0, low: number, port: 4317, scope: 0) }

@Suite(.ownThreads) struct HappyEyeballsStateMachineTests {
  @Test("5.9.8: families in turn, the resolver's first one first, its order within a family")
  func interleaved() {
    #expect(HappyEyeballsStateMachine.interleaved([]) == [])
    #expect(HappyEyeballsStateMachine.interleaved([v4(1), v4(2)]) == [v4(1), v4(2)])
    #expect(
      HappyEyeballsStateMachine.interleaved([v6(1), v6(2), v6(3), v4(1), v4(2)]) == [v6(1), v4(1), v6(2), v4(2), v6(3)])
    #expect(HappyEyeballsStateMachine.interleaved([v4(1), v6(1), v6(2)]) == [v4(1), v6(1), v6(2)])
  }

  @Test("5.9.8: an attempt has 250 ms before the next runs beside it")
  func delay() {
    var machine = HappyEyeballsStateMachine(count: 3, deadline: Deadline(at(20_000)))
    #expect(machine.nextAction(at: at(0)) == .start(0))
    #expect(machine.nextAction(at: at(0)) == .wait(until: Deadline(at(250))))
    #expect(machine.nextAction(at: at(249)) == .wait(until: Deadline(at(250))))
    #expect(machine.nextAction(at: at(250)) == .start(1))
    #expect(machine.nextAction(at: at(250)) == .wait(until: Deadline(at(500))))
    #expect(machine.nextAction(at: at(500)) == .start(2))
    #expect(machine.nextAction(at: at(500)) == .wait(until: .never))
  }

  @Test("a failure starts the next at once; when all have failed nothing is left")
  func failures() {
    var machine = HappyEyeballsStateMachine(count: 3, deadline: .never)
    #expect(machine.nextAction(at: at(0)) == .start(0))
    machine.attemptFailed(at: at(10))
    #expect(machine.nextAction(at: at(10)) == .start(1))
    #expect(machine.nextAction(at: at(10)) == .wait(until: Deadline(at(260))))
    #expect(machine.nextAction(at: at(260)) == .start(2))
    machine.attemptFailed(at: at(300))
    #expect(machine.nextAction(at: at(300)) == .wait(until: .never))
    machine.attemptFailed(at: at(400))
    #expect(machine.nextAction(at: at(400)) == .exhausted)
  }

  @Test("after the deadline no attempt starts")
  func deadline() {
    var machine = HappyEyeballsStateMachine(count: 3, deadline: Deadline(at(100)))
    #expect(machine.nextAction(at: at(0)) == .start(0))
    #expect(machine.nextAction(at: at(0)) == .wait(until: Deadline(at(100))))
    #expect(machine.nextAction(at: at(100)) == .wait(until: .never))
    machine.attemptFailed(at: at(100))
    #expect(machine.nextAction(at: at(100)) == .exhausted)
  }

  @Test(
    "silent addresses are tried again 4 s after the round began, beside; not past the deadline, not when all failed")
  func rounds() {
    var machine = HappyEyeballsStateMachine(count: 2, deadline: Deadline(at(8_100)), repeats: true)
    #expect(machine.nextAction(at: at(0)) == .start(0))
    #expect(machine.nextAction(at: at(250)) == .start(1))
    #expect(machine.nextAction(at: at(250)) == .wait(until: Deadline(at(4_000))))
    machine.attemptFailed(at: at(300))
    #expect(machine.nextAction(at: at(300)) == .wait(until: Deadline(at(4_000))), "one is silent still")
    #expect(machine.nextAction(at: at(4_000)) == .start(0))
    #expect(machine.nextAction(at: at(4_000)) == .wait(until: Deadline(at(4_250))))
    #expect(machine.nextAction(at: at(4_250)) == .start(1))
    #expect(machine.nextAction(at: at(8_000)) == .start(0))
    #expect(machine.nextAction(at: at(8_100)) == .wait(until: .never))
    for _ in 0..<4 { machine.attemptFailed(at: at(8_200)) }
    #expect(machine.nextAction(at: at(8_200)) == .exhausted)
    var refused = HappyEyeballsStateMachine(count: 1, deadline: .never, repeats: true)
    #expect(refused.nextAction(at: at(0)) == .start(0))
    refused.attemptFailed(at: at(10))
    #expect(refused.nextAction(at: at(10)) == .exhausted)
    #expect(refused.nextAction(at: at(5_000)) == .exhausted)
  }

  @Test("whatever fails when: every address is tried once, in order, at most 250 ms after the one before")
  func anyOrder() {
    var random = SeededRandom(seed: 7)
    for _ in 0..<500 {
      let count = Int.random(in: 1...6, using: &random)
      var machine = HappyEyeballsStateMachine(count: count, deadline: .never)
      var (now, started, running, latest) = (Int64(0), 0, 0, Int64(0))
      loop: while true {
        switch machine.nextAction(at: at(now)) {
        case .start(let index):
          #expect(index == started % count)
          if started < count { #expect(now - latest <= 250) }
          (started, running, latest) = (started + 1, running + 1, now)
        case .wait(let deadline):
          #expect(running > 0)
          let limit = deadline.isNever ? now + 1000 : deadline.instant.nanoseconds / 1_000_000
          now = Int64.random(in: now...limit, using: &random)
          guard deadline.isNever || Bool.random(using: &random) else { continue loop }
          running -= 1
          machine.attemptFailed(at: at(now))
        case .exhausted: break loop
        }
      }
      #expect((count...5 * count).contains(started) && running == 0)
    }
  }
}

/// A simulated network whose names have addresses of both families.
private struct DualNetwork: Network {
  let simulated: SimulatedNetwork
  let addresses: [SocketAddress]
  let attempts = Attempts()

  final class Attempts: Sendable {
    let list = Mutex<[SocketAddress]>([])
  }

  func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] {
    addresses
  }

  func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    attempts.list.withLock { $0.append(address) }
    return try await simulated.connect(to: address, on: loop, deadline: deadline)
  }
}

@Suite(.ownThreads) struct HappyEyeballsTests {
  private static let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

  /// One call over a name with these addresses, the collector at the last one; how long it took, and who was asked.
  private func race(
    _ addresses: [SocketAddress], seed: UInt64 = 1, _ plan: @escaping SimulatedNetwork.Planner
  ) throws -> (result: GRPCResult, took: Duration, attempts: [SocketAddress], said: Int, left: Int) {
    try simulate(seed: seed, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: addresses[addresses.count - 1], of: simulation)
      simulation.network.planConnections(plan)
      let network = DualNetwork(simulated: simulation.network, addresses: addresses)
      let said = Mutex(0)
      let channel = try GRPCChannel(
        configuration: .init(target: .host("collector", port: 4317), backoff: .init(seed: seed)), network: network,
        loop: simulation.loop, diagnostics: Diagnostics { _ in said.withLock { $0 += 1 } })
      let start = simulation.now
      let result = await channel.unary(
        path: Self.path, message: BufferSlice([0, 0, 0, 0, 0]), deadline: Deadline(start + .seconds(30)))
      let took = simulation.now - start
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
      await simulation.sleep(.seconds(60))
      let left = simulation.network.openConnections
      return (result, took, network.attempts.list.withLock { $0 }, said.withLock { $0 }, left)
    }
  }

  @Test("5.9.8: IPv6 that leads nowhere costs 250 ms, without a word, and leaves nothing behind")
  func brokenIPv6() throws {
    let scene = try race([v6(1), v6(2), v4(1)]) { address, _, _ in
      if case .ipv6 = address { .ignore } else { .link(SimulatedLink()) }
    }
    #expect(scene.result.code == .ok)
    #expect(scene.took >= .milliseconds(250) && scene.took < .milliseconds(300))
    #expect(scene.attempts == [v6(1), v4(1)])
    #expect(scene.said == 0)
    #expect(scene.left == 0)
  }

  @Test("a family that is refused costs nothing but its answer")
  func refusedIPv6() throws {
    let scene = try race([v6(1), v4(1)]) { address, _, _ in
      if case .ipv6 = address { .refuse } else { .link(SimulatedLink()) }
    }
    #expect(scene.result.code == .ok)
    #expect(scene.took < .milliseconds(50))
    #expect(scene.said == 0)
  }

  @Test("where the first address works no other is asked")
  func first() throws {
    let scene = try race([v4(7), v6(1), v4(1)]) { _, _, _ in .link(SimulatedLink()) }
    // Nobody listens at 7: refused at once.
    #expect(scene.attempts == [v4(7), v6(1), v4(1)])
    let direct = try race([v4(1)]) { _, _, _ in .link(SimulatedLink()) }
    #expect(direct.attempts == [v4(1)])
    #expect(direct.result.code == .ok)
  }

  @Test("all addresses fail: every reason is told")
  func allFail() throws {
    let scene = try race([v6(1), v4(1)]) { _, _, _ in .refuse }
    #expect(scene.result.code == .unavailable)
    #expect(scene.result.connectFailure?.contains("[::1]:4317") == true)
    #expect(scene.result.connectFailure?.contains("0.0.0.1:4317") == true)
    #expect(scene.said > 0)
  }

  @Test("a server that was away while an attempt began is reached within 5 s of its return", arguments: [1, 5, 13, 19])
  func returns(after seconds: Int) throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: v4(1), of: simulation)
      let back = simulation.now + .seconds(seconds)
      // A SYN that is lost in the outage is sent again, too late: the attempt as a whole hears nothing.
      simulation.network.planConnections { _, _, _ in
        simulation.now < back ? .ignore : .link(SimulatedLink())
      }
      simulation.network.setHost("collector", .addresses([1]))
      let channel = try GRPCChannel(
        configuration: .init(target: .host("collector", port: 4317), backoff: .init(seed: 1)),
        network: simulation.network, loop: simulation.loop, diagnostics: .silent)
      let result = await channel.unary(
        path: Self.path, message: BufferSlice([0, 0, 0, 0, 0]), deadline: Deadline(simulation.now + .seconds(60)))
      #expect(result.code == .ok)
      #expect(simulation.now >= back && simulation.now - back < .seconds(5), "\(simulation.now - back)")
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
      await simulation.sleep(.seconds(60))
      #expect(simulation.network.openConnections == 0)
    }
  }

  @Test("connectTimeout bounds one attempt, from the socket to the server's SETTINGS", arguments: [1, 3])
  func connectTimeout(seconds: Int) throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: v4(1), of: simulation)
      collector.scriptConnections(.silence)
      simulation.network.setHost("collector", .addresses([1]))
      var configuration = GRPCChannelConfiguration(
        target: .host("collector", port: 4317), backoff: .init(jitter: 0, seed: 1))
      configuration.connectTimeout = .seconds(seconds)
      let failed = Mutex<[MonotonicInstant]>([])
      let channel = try GRPCChannel(
        configuration: configuration, network: simulation.network, loop: simulation.loop,
        diagnostics: Diagnostics { event in
          if event.level == .warning { failed.withLock { $0.append(simulation.now) } }
        })
      let start = simulation.now
      let result = await channel.unary(
        path: Self.path, message: BufferSlice([0, 0, 0, 0, 0]), deadline: Deadline(start + .seconds(60)))
      #expect(result.code == .ok)
      let limit = Duration.seconds(seconds)
      #expect(failed.withLock { $0.map { ($0 - start).components.seconds } } == [Int64(seconds)])
      #expect(simulation.now - start >= limit && simulation.now - start < limit + .milliseconds(50))
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }

  @Test(
    "any network: the call succeeds or has its reason, and no attempt is left open",
    arguments: 1...100 as ClosedRange<UInt64>)
  func seeds(seed: UInt64) throws {
    let scene = try race([v6(1), v6(2), v4(2), v4(1)], seed: seed) { _, _, random in .random(using: &random) }
    #expect(scene.result.code == .ok || scene.took <= .seconds(30))
    #expect(scene.left == 0, "seed \(seed)")
  }
}
