import Glibc
import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct LargeHeaderTests {
  /// Makes a call with this metadata, then a call without metadata.
  private func call(
    _ metadata: [HTTP2Field], settings: [UInt16: UInt32] = [:]
  ) throws -> (large: GRPCResult, small: GRPCResult, connections: Int, took: Duration) {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: place(home), of: simulation)
      simulation.network.setHost("collector", .addresses([home]))
      let channel = try simulation.channel()
      func unary(_ metadata: [HTTP2Field]) async -> GRPCResult {
        await channel.unary(
          path: exportPath, message: emptyMessage, metadata: metadata, deadline: Deadline(simulation.now + .seconds(10))
        )
      }
      _ = await unary([])
      if !settings.isEmpty {
        await collector.sendSettings(settings)
        await simulation.sleep(.seconds(1))
      }
      let start = simulation.now
      let large = await unary(metadata)
      let took = simulation.now - start
      let small = await unary([])
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
      #expect(simulation.network.openEnds(.client) == 0)
      return (large, small, collector.counts.connections, took)
    }
  }

  @Test("too large headers fail the call at once with sizes and a name, and the connection stays")
  func beyondOurs() throws {
    let secret = String(repeating: "s", count: 70_000)
    let scene = try call([.init(name: "a", value: "1"), .init(name: "x-token", value: secret)])
    #expect(scene.large.code == .internal && scene.large.cause == .protocolViolation)
    #expect(scene.large.fate == .neverProcessed && scene.large.pushback == .none && !scene.large.isUnconnected)
    #expect(scene.large.message.contains("70,") || scene.large.message.contains("70"))
    #expect(scene.large.message.hasSuffix("bytes, and at most 65536 can be sent; the largest is 'x-token'"))
    #expect(!scene.large.message.contains("sss"))
    #expect(scene.took == .zero)
    #expect(scene.small.code == .ok && scene.connections == 1)
  }

  @Test("SETTINGS_MAX_HEADER_LIST_SIZE limits the headers, and smaller headers are sent")
  func beyondServers() throws {
    let value = String(repeating: "s", count: 1_000)
    let scene = try call([.init(name: "x-token", value: value)], settings: [6: 1_000])
    #expect(scene.large.message.hasSuffix("bytes, and the server takes at most 1000; the largest is 'x-token'"))
    #expect(scene.small.code == .ok && scene.connections == 1)
    #expect(try call([.init(name: "x-token", value: value)], settings: [6: 3_000]).large.code == .ok)
    #expect(try call([.init(name: "x-token", value: String(repeating: "s", count: 64_000))]).large.code == .ok)
  }

  @Test("over real sockets no descriptor stays open")
  func descriptors() async throws {
    let collector = try await LoopbackCollector(runtime: try TelemetryRuntime(.development))
    let runtime = try TelemetryRuntime(.development)
    let lease = try runtime.acquire()
    defer { lease.end() }
    try await Task(executorPreference: lease.loop) {
      let large = HTTP2Field(name: "x-token", value: String(repeating: "s", count: 70_000))
      let channel = try GRPCChannel(
        configuration: .init(target: .host("127.0.0.1", port: collector.port), metadata: [large]),
        network: SystemNetwork(runtime: runtime), loop: lease.loop, diagnostics: .silent)
      for _ in 0..<20 {
        let result = await channel.unary(path: exportPath, message: emptyMessage, deadline: .after(.seconds(10)))
        #expect(result.code == .internal && result.fate == .neverProcessed)
      }
      #expect(collector.counts.connections == 1)
      #expect(LargeHeaderTests.connections(to: collector.port) == 1)
      await channel.shutdown(deadline: .after(.seconds(1)))
      #expect(LargeHeaderTests.connections(to: collector.port) == 0)
    }.value
    await collector.stop()
  }

  /// The number of this process's sockets that are connected to a port. Other tests open descriptors meanwhile.
  private static func connections(to port: UInt16) -> Int {
    (0..<Int32(1_024)).count { descriptor in
      var storage = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutableBytes(of: &storage) { bytes in
        getpeername(descriptor, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
      }
      return result == 0 && storage.sin_family == AF_INET && UInt16(bigEndian: storage.sin_port) == port
    }
  }
}
