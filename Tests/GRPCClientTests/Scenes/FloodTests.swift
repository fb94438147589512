import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

/// Servers on threads of their own that send without end over real sockets.
@Suite(.ownThreads, .serialized) struct FloodTests {
  @Test(
    "a call on a flooded connection ends, and another call's deadline holds",
    arguments: LoopbackCollector.Response.Flood.allCases)
  func flood(_ flood: LoopbackCollector.Response.Flood) async throws {
    let collector = try await LoopbackCollector(runtime: try TelemetryRuntime(.development))
    let silent = try await LoopbackCollector(runtime: try TelemetryRuntime(.development))
    collector.onRequest { _ in .flood(flood) }
    silent.onRequest { _ in .silence }
    let runtime = try TelemetryRuntime(.development)
    let lease = try runtime.acquire()
    defer { lease.end() }
    try await Task(executorPreference: lease.loop) {
      func channel(_ port: UInt16) throws -> GRPCChannel {
        try GRPCChannel(
          configuration: .init(target: .host("127.0.0.1", port: port), maxResponseBytes: .max),
          network: SystemNetwork(runtime: runtime), loop: lease.loop, diagnostics: .silent)
      }
      let (flooded, other) = (try channel(collector.port), try channel(silent.port))
      let start = MonotonicInstant.now
      let first = Task(executorPreference: lease.loop) {
        (
          await flooded.unary(path: exportPath, message: emptyMessage, deadline: Deadline(start + .seconds(1))),
          MonotonicInstant.now
        )
      }
      let second = await other.unary(path: exportPath, message: emptyMessage, deadline: Deadline(start + .seconds(1)))
      let (result, end) = await first.value
      #expect(result.code != .ok)
      #expect(second.code == .deadlineExceeded)
      #expect(MonotonicInstant.now - start < .seconds(2), "d + 1 s: these machines stall")
      #expect(end - start < .seconds(2))
      await flooded.shutdown(deadline: .after(.zero))
      await other.shutdown(deadline: .after(.zero))
    }.value
    await collector.stop()
    await silent.stop()
  }
}
