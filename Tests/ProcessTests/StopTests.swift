import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// A process that is stopped by SIGSTOP and continued (pain 31).
@Suite(.ownThreads, .serialized)
struct StopTests {
  @Test(
    "all spans arrive if the server closes every connection or restarts while the process is stopped",
    arguments: [false, true])
  func stopped(restarts: Bool) async throws {
    let place = try await CollectorPlace(tls: false)
    let load = try Tool.start([
      "load", "--endpoint", place.collector.endpoint, "--duration", "4s", "--rate", "2000", "--json",
      "--shutdown-timeout", "30s",
    ])
    #expect(await place.collector.waitForSpans(2000, within: Loopback.patience))
    load.send(19)  // SIGSTOP
    if restarts { await place.collector.stop() } else { await place.collector.closeConnections() }
    // Longer than the pause that the loop takes for a stop, and longer than the delay of a batch.
    _ = await Loopback.wait(within: .seconds(6)) { false }
    if restarts { try await place.collector.restart() }
    load.send(18)  // SIGCONT
    #expect(await load.wait() == 0, "\(load.errors)")
    let result = Tool.Result(load, code: 0)
    #expect(result.dropped.isEmpty)
    #expect(result.json("exported") == result.json("ended"))
    #expect(place.collector.spanCount >= Int(result.json("exported") ?? "") ?? .max)
  }
}
