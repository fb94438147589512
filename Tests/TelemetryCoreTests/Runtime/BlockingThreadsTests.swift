import TestSupport
import TestThreads
import Testing

@testable import TelemetryCore

@Suite(.ownThreads) struct BlockingThreadsTests {
  @Test(
    "a shutdown ends all idle threads, also beside new ones, and beside those whose time is over",
    arguments: [.seconds(3600), .microseconds(200)] as [Duration])
  func shutdown(_ keepAlive: Duration) async throws {
    var configuration = TelemetryRuntime.Configuration()
    configuration.maxBlockingThreads = 16
    configuration.threadKeepAlive = keepAlive
    for _ in 0..<200 {
      let threads = BlockingThreads(configuration)
      let (begun, gate) = (BlockingSemaphore(), BlockingSemaphore())
      for _ in 0..<6 {
        threads.run {
          begun.signal()
          _ = gate.wait(until: .never)
        }
      }
      for _ in 0..<6 { #expect(begun.wait(until: .after(Loopback.patience))) }
      for _ in 0..<6 { gate.signal() }
      threads.shutdown()
      let done = BlockingSemaphore()
      for _ in 0..<3 { threads.run { done.signal() } }
      for _ in 0..<3 { #expect(done.wait(until: .after(Loopback.patience))) }
      try #require(await Loopback.wait { threads.threadCount <= 3 })
      threads.shutdown()
      try #require(await Loopback.wait { threads.threadCount == 0 })
    }
  }
}
