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

  @Test("work that is done is forgotten, also while there is always more")
  func neverEmpty() throws {
    var configuration = TelemetryRuntime.Configuration()
    configuration.maxBlockingThreads = 1
    let threads = BlockingThreads(configuration)
    defer { threads.shutdown() }
    let rest = Locked(10_000)
    let most = Locked(0)
    let done = BlockingSemaphore()
    // Two of these: one runs, and one waits.
    @Sendable func work() {
      let held = threads.heldWork
      most.withLock { $0 = max($0, held) }
      let isLast = rest.withLock { rest in
        rest -= 1
        return rest <= 0
      }
      if isLast { done.signal() } else { threads.run(work) }
    }
    for _ in 0..<2 { threads.run(work) }
    for _ in 0..<2 { try #require(done.wait(until: .after(Loopback.patience))) }
    #expect(most.withLock { $0 } < 1000)
  }
}
