import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

/// `TelemetryRuntime.shutdown()` while calls wait for an answer, a stream, or a part of a connection's establishment.
@Suite(.ownThreads) struct RuntimeShutdownTests {
  enum Wait: CaseIterable, Sendable {
    case answer, stream, connection, settings, proxy, lookUp, backoff
  }

  @Test("a shutdown of the runtime ends every call soon", arguments: Wait.allCases, [true, false])
  func shutdown(_ wait: Wait, hasDeadline: Bool) async throws {
    let collector = try await LoopbackCollector(runtime: try TelemetryRuntime(.development))
    let runtime = try TelemetryRuntime(.development)
    let lease = try runtime.acquire()
    let network = HangingNetwork(wait: wait, system: SystemNetwork(runtime: runtime))
    var target = GRPCTarget.HostPort(host: "127.0.0.1", port: collector.port)
    switch wait {
    case .answer: collector.onRequest { _ in .silence }
    case .stream: collector.onRequest { _ in .steps([.settings([3: 1])]) }
    case .settings: collector.scriptConnections([.silence, .silence, .silence])
    case .proxy:
      collector.scriptConnections([.silence, .silence, .silence])
      target.proxy = ProxyServer(host: "127.0.0.1", port: collector.port)
    case .connection, .lookUp, .backoff: break
    }
    let channel = try GRPCChannel(
      configuration: .init(target: .hosts([target])), network: network, loop: lease.loop, diagnostics: .silent)
    let deadline = hasDeadline ? Deadline.after(.seconds(60)) : .never
    let calls = (0..<3).map { _ in
      Task(executorPreference: lease.loop) {
        await channel.unary(path: exportPath, message: emptyMessage, deadline: deadline)
      }
    }
    if wait == .answer || wait == .stream {
      #expect(await collector.waitForRequests(1, within: .seconds(10)))
    } else {
      _ = await network.wasAsked.value
    }
    let start = MonotonicInstant.system
    runtime.shutdown()
    for call in calls { #expect(await call.value.code == .unavailable) }
    #expect(MonotonicInstant.system - start < .seconds(5))
    // A later call fails too.
    let late = await channel.unary(path: exportPath, message: emptyMessage, deadline: .after(.milliseconds(50)))
    #expect(late.code == .unavailable)
    await channel.shutdown(deadline: .after(.zero))
    await collector.stop()
  }
}

/// The system's network, except for the step that `wait` makes hang or fail.
private struct HangingNetwork: Network {
  let wait: RuntimeShutdownTests.Wait
  let system: SystemNetwork
  let wasAsked = Promise<Void>()

  func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] {
    if wait == .lookUp {
      wasAsked.fulfil(())
      guard let loop = TelemetryLoop.current else { return [] }
      _ = await Promise<Void>().value(until: deadline, on: loop)
      throw .timedOut(address: nil)
    }
    return try await system.resolve(host: host, port: port, deadline: deadline)
  }

  func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    defer { wasAsked.fulfil(()) }
    switch wait {
    case .backoff: throw .connect(address: address, error: SystemError(call: "connect", code: 111))
    case .connection:
      wasAsked.fulfil(())
      // TEST-NET-1 (RFC 5737): no answer, or an error of the network at once.
      return try await system.connect(to: .ipv4(0xC000_0201, port: 4317), on: loop, deadline: deadline)
    default: return try await system.connect(to: address, on: loop, deadline: deadline)
    }
  }

  func startBlocking(_ work: @escaping @Sendable () -> Void) { system.startBlocking(work) }
}
