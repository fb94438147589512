import Synchronization
import TestThreads
import Testing

@testable import TelemetryCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Values at the ends of their types: refused by name or taken, never a trap.
@Suite(.ownThreads) struct ExtremeTests {
  private static let integers: [Int] = [
    .min, .min + 1, -(1 << 32), -1, 0, 1, 63, 64, 65, 256, 257, 1 << 17, 1 << 26, 1 << 32, .max - 1, .max,
  ]
  private static let durations: [Duration] = [
    .seconds(Int64.min), .nanoseconds(Int64.min), .seconds(-1), .nanoseconds(-1), .zero, .nanoseconds(1),
    .seconds(3600),
    .seconds(3601), .nanoseconds(Int64.max), .seconds(Int64.max),
    Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999),
    Duration(secondsComponent: .min, attosecondsComponent: -999_999_999_999_999_999),
  ]
  private static let instants: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
  private static let texts = [
    "", "a", "otlp", "1234567890", "12345678901", String(repeating: "é", count: 10), "a b", "a\0b", "a\nb", "\u{202E}",
    String(repeating: "x", count: 100_000),
  ]

  @Test("each value of a runtime's configuration makes a runtime that runs, or an error that names it")
  func runtimeConfigurations() {
    func check(_ option: String, _ change: (inout TelemetryRuntime.Configuration) -> Void) {
      var configuration = TelemetryRuntime.Configuration()
      change(&configuration)
      do throws(ConfigurationError) {
        // What is valid makes a runtime; threads come with `acquire` only.
        _ = try TelemetryRuntime(configuration)
      } catch {
        #expect(error.option == option)
        #expect(error.description.utf8.count < 5000 && !error.description.contains("\n"))
      }
    }
    for value in Self.integers {
      check("workerThreads") { $0.workerThreads = value }
      check("maxBlockingThreads") { $0.maxBlockingThreads = value }
      check("threadStackSize") { $0.threadStackSize = value }
    }
    for value in Self.durations { check("threadKeepAlive") { $0.threadKeepAlive = value } }
    for value in Self.texts { check("threadNamePrefix") { $0.threadNamePrefix = value } }
  }

  @Test("the largest and the smallest runtime run")
  func bounds() async throws {
    var large = TelemetryRuntime.Configuration()
    (large.workerThreads, large.maxBlockingThreads, large.threadStackSize) = (64, 256, 64 << 20)
    (large.threadNamePrefix, large.threadKeepAlive) = ("abcdefghij", .seconds(3600))
    var small = TelemetryRuntime.Configuration()
    (small.workerThreads, small.maxBlockingThreads, small.threadStackSize) = (1, 1, 128 << 10)
    (small.threadNamePrefix, small.threadKeepAlive) = ("a", .zero)
    for configuration in [large, small] {
      let runtime = try TelemetryRuntime(configuration)
      let lease = try runtime.acquire()
      #expect(await Task(executorPreference: lease.loop) { await runtime.block { 1 } }.value == 1)
      lease.end()
    }
  }

  @Test func timesAndDurations() {
    for start in Self.instants {
      let instant = MonotonicInstant(nanoseconds: start)
      for duration in Self.durations {
        let sum = instant + duration
        #expect(duration < .zero ? sum <= instant : sum >= instant)
        let deadline = Deadline(sum)
        for now in Self.instants {
          let now = MonotonicInstant(nanoseconds: now)
          #expect(deadline.remaining(at: now) >= .zero && deadline.nanosecondsLeft(at: now) >= 0)
          #expect(deadline.hasPassed(at: now) == (deadline.remaining(at: now) == .zero))
          #expect((now - sum < .zero) == (now < sum))
        }
        #expect(Deadline.after(duration).remaining >= .zero)
      }
    }
  }

  @Test("waits at the ends of time: those that have passed end at once")
  func waits() async throws {
    let lease = try TelemetryRuntime.shared.acquire()
    defer { lease.end() }
    let semaphore = BlockingSemaphore()
    for start in Self.instants where start <= 1 {
      let deadline = Deadline(.init(nanoseconds: start))
      #expect(await Promise<Int>().value(until: deadline, on: lease.loop) == nil)
      #expect(await lease.loop.sleep(until: deadline))
      #expect(await TelemetryRuntime.shared.block { semaphore.wait(until: deadline) } == false)
    }
    // The others can be waited for.
    let far = Deadline(.init(nanoseconds: .max - 1))
    let timer = lease.loop.schedule(at: far) {}
    #expect(
      await TelemetryRuntime.shared.block { () -> Bool in
        semaphore.signal()
        return semaphore.wait(until: far)
      })
    #expect(lease.loop.cancel(timer))
  }

  @Test func poolsAndBudgets() {
    for value in Self.integers {
      let budget = ByteBudget(limit: value)
      #expect(budget.limit >= 0 && budget.available == budget.limit)
      for count in Self.integers where budget.take(count) {
        #expect(budget.used == max(0, count))
        budget.give(count)
      }
      for count in Self.integers where budget.takeReserve(count) {
        #expect(budget.reserve == max(0, count))
        budget.giveReserve(count)
      }
      for count in Self.integers where budget.takeReclaiming(count) { budget.give(count) }
      #expect(budget.used == 0 && budget.reserve == 0)
      // More than was taken.
      for count in Self.integers {
        budget.give(count)
        budget.giveReserve(count)
        #expect(budget.used == 0 && budget.reserve == 0 && budget.available == budget.limit)
      }

      let pool = ObjectPool<Int>(capacity: value, factory: { value }, size: { $0 })
      pool.share(budget)
      do { _ = (pool.acquire().value, pool.acquire().value) }
      pool.trim(keeping: value)
      pool.trim()
      #expect(pool.statistics.available == 0 && budget.used == 0)
    }
  }

  @Test func prefixesOfAddresses() throws {
    let four = try #require(IPAddress("1.2.3.4"))
    let six = try #require(IPAddress("::1"))
    for count in Self.integers {
      #expect(four.hasPrefix(count, of: four) && six.hasPrefix(count, of: six))
      #expect(four.hasPrefix(count, of: try #require(IPAddress("255.0.0.0"))) == (count <= 0))
    }
  }

  @Test func addressesOutOfAnything() {
    var random = SeededRandom(seed: 7)
    let parts = [
      "::", ":", "1", "ffff", "255", "256", ".", "%eth0", "[", "]", "é", "\0", "00000000000000000000", "-1", "+1",
    ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...20, using: &random)).map { _ in parts.randomElement(using: &random)! }.joined()
      guard let address = IPAddress(text) else { continue }
      #expect(IPAddress(address.description) == address)
      _ = (address.isLoopback, address.unmapped)
    }
    #expect(IPAddress(String(repeating: ":", count: 1_000_000)) == nil)
  }

  @Test func hostileTextsBecomeOneLine() {
    for text in Self.texts {
      let error = ConfigurationError(option: "x", value: text, allowed: "y")
      #expect(!error.description.contains("\n") && error.description.utf8.count < 5000)
      for limit in Self.integers {
        #expect(text.sanitized(limit: limit).utf8.count <= 2 * text.utf8.count + 3)
      }
    }
    var limiter = DiagnosticLimiter()
    for start in Self.instants {
      for _ in 0..<10 { _ = limiter.admit("same", at: .init(nanoseconds: start)) }
    }
  }

  @Test("a line for standard error is never waited for")
  func fullPipe() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    var written = 0
    while Diagnostics.writeLine(String(repeating: "x", count: 1000), to: ends[1]) { written += 1 }
    #expect((1...100).contains(written))
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    #expect(read(ends[0], &buffer, buffer.count) > 0)
    #expect(Diagnostics.writeLine("again", to: ends[1]))
    #expect(!Diagnostics.writeLine("closed", to: -1))
  }

  @Test("a handler of diagnostics may use telemetry and is called again from within")
  func reentrantHandler() {
    let depth = Atomic<Int>(0)
    let again = Mutex<Diagnostics?>(nil)
    let loop = TelemetryLoop(poller: TelemetryLoopTests.ManualPoller())
    let diagnostics = Diagnostics { event in
      guard depth.wrappingAdd(1, ordering: .relaxed).newValue < 5 else { return }
      loop.schedule(at: .never) {}
      again.withLock { $0 }?.emit(.warning, event.message)
    }.limited(by: loop)
    again.withLock { $0 = diagnostics }
    diagnostics.emit(.error, "once")
    #expect(depth.load(ordering: .relaxed) == 5)
    again.withLock { $0 = nil }
  }

  #if os(Linux)
    @Test("a poller whose descriptors somebody closed opens others, and doesn't spin meanwhile")
    func lostDescriptors() throws {
      let poller = try SystemPoller()
      let lost = poller.epoll
      // In the place of the poller, so that no other test gets the number.
      let other = open("/dev/null", O_RDONLY)
      try #require(dup2(other, lost) == lost)
      defer {
        close(other)
        close(lost)
      }
      var events: [ReadyEvent] = []
      let before = poller.now
      poller.wait(until: .never, at: before, into: &events)
      #expect(poller.now - before >= .milliseconds(10) && poller.epoll != lost)
      poller.wake()
      poller.wait(until: .never, at: poller.now, into: &events)
      #expect(events.isEmpty)
    }
  #endif
}
