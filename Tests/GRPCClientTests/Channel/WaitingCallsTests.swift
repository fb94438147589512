import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

/// Runs `body` as a task on a loop with a clock that jumps from timer to timer.
func onManualLoop<Value: Sendable>(_ body: @escaping @Sendable (TelemetryLoop) async throws -> Value) throws -> Value {
  let loop = TelemetryLoop(poller: ManualPoller())
  let promise = Promise<Result<Value, any Error>>()
  Task(executorPreference: loop) {
    do {
      promise.fulfil(.success(try await body(loop)))
    } catch {
      promise.fulfil(.failure(error))
    }
    loop.stop()
  }
  loop.run()
  return try promise.current!.get()
}

/// Records the look-ups in a network that refuses every connection.
private final class CountingNetwork: Network {
  let lookUps = Mutex<[Int64]>([])
  private let loop: TelemetryLoop

  init(loop: TelemetryLoop) { self.loop = loop }

  func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] {
    lookUps.withLock { $0.append(loop.now.nanoseconds / 1_000_000) }
    return [.ipv4(0x7F00_0001, port: port), .ipv6(high: 0, low: 1, port: port, scope: 0)]
  }

  func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    throw .connect(address: address, error: SystemError(call: "connect", code: 111))
  }
}

@Suite(.ownThreads) struct WaitingCallsTests {
  private func channel(_ network: any Network, _ loop: TelemetryLoop, _ diagnostics: Diagnostics = .silent) throws
    -> GRPCChannel
  {
    let backoff = ConnectionBackoff.Configuration(multiplier: 2, jitter: 0, seed: 1)
    return try GRPCChannel(
      configuration: .init(target: .host("collector", port: 4317), backoff: backoff), network: network, loop: loop,
      diagnostics: diagnostics)
  }

  @Test("without a connection a call waits until its deadline and is UNAVAILABLE with the reason (5.9.6, 5.9.9)")
  func deadline() throws {
    let (result, waited) = try onManualLoop { loop in
      let start = loop.now
      let result = try await channel(CountingNetwork(loop: loop), loop)
        .unary(path: "/a/b", message: emptyMessage, deadline: Deadline(start + .seconds(10)))
      return (result, loop.now - start)
    }
    #expect(waited == .seconds(10))
    #expect(result.code == .unavailable)
    #expect(result.cause == .connect)
    #expect(result.fate == .neverProcessed)
    #expect(
      result.connectFailure
        == "127.0.0.1:4317: connect: Connection refused; [::1]:4317: connect: Connection refused")
    #expect(result.message.hasPrefix("not connected to collector:4317: 127.0.0.1:4317: connect"))
  }

  @Test("the result names the proxy")
  func proxy() throws {
    let result = try onManualLoop { loop in
      let proxy = ProxyServer(host: "p", port: 3128, authorization: "s3cret")
      let channel = try GRPCChannel(
        configuration: .init(target: .hosts([.init(host: "collector", port: 4317, proxy: proxy)])),
        network: CountingNetwork(loop: loop), loop: loop, diagnostics: .silent)
      return await channel.unary(path: "/a/b", message: emptyMessage, deadline: Deadline(loop.now + .seconds(1)))
    }
    #expect(result.message.hasPrefix("not connected to collector:4317 by the proxy p:3128: "), "\(result.message)")
    #expect(!result.message.contains("s3cret"))
  }

  @Test("each attempt looks up the name, with pauses that grow to less than 4 s (5.8.10, 5.9.2)")
  func pauses() throws {
    let lookUps = try onManualLoop { loop in
      let network = CountingNetwork(loop: loop)
      let start = loop.now.nanoseconds / 1_000_000
      let channel = try channel(network, loop)
      _ = await channel.unary(path: "/a/b", message: emptyMessage, deadline: Deadline(loop.now + .seconds(20)))
      return network.lookUps.withLock { $0.map { $0 - start } }
    }
    #expect(lookUps == [0, 1_000, 3_000, 6_300, 9_600, 12_900, 16_200, 19_500])
  }

  @Test("the result names a host that can't be resolved")
  func unresolved() throws {
    let result = try onManualLoop { loop in
      try await channel(DeadNetwork(), loop).unary(
        path: "/a/b", message: emptyMessage, deadline: Deadline(loop.now + .seconds(1)))
    }
    #expect(result.connectFailure == "the name 'collector' can't be resolved: no such name")
  }

  @Test("a cancelled caller stops waiting at once")
  func cancelled() throws {
    let (result, waited) = try onManualLoop { loop in
      let start = loop.now
      let channel = try channel(DeadNetwork(), loop)
      let call = Task(executorPreference: loop) {
        await channel.unary(path: "/a/b", message: emptyMessage, deadline: Deadline(start + .seconds(100)))
      }
      await loop.sleep(until: Deadline(start + .seconds(2)))
      call.cancel()
      return (await call.value, loop.now - start)
    }
    #expect(result.code == .cancelled)
    #expect(result.cause == .cancelled)
    #expect(result.fate == .neverProcessed)
    #expect(waited == .seconds(2))
  }

  @Test("shutdown ends waiting calls and refuses later calls at once")
  func shutdown() throws {
    let (results, waited) = try onManualLoop { loop in
      let start = loop.now
      let channel = try channel(DeadNetwork(), loop)
      let call = Task(executorPreference: loop) {
        await channel.unary(path: "/a/b", message: emptyMessage, deadline: Deadline(start + .seconds(100)))
      }
      await loop.sleep(until: Deadline(start + .seconds(2)))
      await channel.shutdown(deadline: Deadline(start + .seconds(5)))
      let first = await call.value
      let second = await channel.unary(path: "/a/b", message: emptyMessage, deadline: .never)
      return ([first, second], loop.now - start)
    }
    #expect(waited == .seconds(2))
    for result in results {
      #expect(result.code == .unavailable)
      #expect(result.cause == .connect)
      #expect(result.message.contains("shut down"))
    }
  }

  @Test("only the first failure is a warning")
  func diagnostics() throws {
    let levels = Mutex<[DiagnosticEvent.Level]>([])
    _ = try onManualLoop { loop in
      let diagnostics = Diagnostics { event in levels.withLock { $0.append(event.level) } }
      _ = try await channel(CountingNetwork(loop: loop), loop, diagnostics)
        .unary(path: "/a/b", message: emptyMessage, deadline: Deadline(loop.now + .seconds(5)))
    }
    #expect(levels.withLock { $0 } == [.warning, .debug, .debug, .debug, .debug, .debug])
  }

  @Test("the initializer refuses metadata that can't be sent")
  func badMetadata() {
    let configuration = GRPCChannelConfiguration(
      target: .host("a", port: 1), metadata: [HTTP2Field(name: "grpc-x", value: "1")])
    #expect(throws: ConfigurationError.self) {
      try GRPCChannel(configuration: configuration, network: DeadNetwork(), loop: TelemetryLoop(poller: ManualPoller()))
    }
  }
}
