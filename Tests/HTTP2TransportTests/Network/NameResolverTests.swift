import Synchronization
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct NameResolverTests {
  @Test("callers share one look-up, and a late answer serves the next call once")
  func resolver() async throws {
    try await onLoop { loop in
      let count = Mutex(0)
      let gates = (0..<2).map { _ in BlockingSemaphore() }
      let runtime = try TelemetryRuntime(.development)
      let resolver = NameResolver(runtime: runtime) { _ in
        let number = count.withLock { count in
          count += 1
          return count - 1
        }
        _ = gates[min(number, 1)].wait(until: .never)
        return .success([.ipv4(UInt32(number), port: 0)])
      }
      await #expect(throws: NetworkError.timedOut(address: nil)) {
        _ = try await resolver.resolve("a", deadline: .after(.milliseconds(1)), on: loop)
      }
      let deadline = Deadline.after(Loopback.patience)
      let both = (0..<2).map { _ in
        Task(executorPreference: loop) { try await resolver.resolve("a", deadline: deadline, on: loop) }
      }
      await loop.sleep(until: .after(.milliseconds(1)))  // both have joined
      gates[0].signal()
      for task in both { #expect(try await task.value == [.ipv4(0, port: 0)]) }
      #expect(count.withLock { $0 } == 1)
      gates[1].signal()
      #expect(try await resolver.resolve("a", deadline: deadline, on: loop) == [.ipv4(1, port: 0)])
      runtime.shutdown()
    }
  }

  @Test("a caller that is cancelled leaves at once, and the late answer serves the next call")
  func cancelled() async throws {
    try await onLoop { loop in
      let gate = BlockingSemaphore()
      let runtime = try TelemetryRuntime(.development)
      let resolver = NameResolver(runtime: runtime) { _ in
        _ = gate.wait(until: .never)
        return .success([.ipv4(1, port: 0)])
      }
      let deadline = Deadline.after(Loopback.patience)
      let call = Task(executorPreference: loop) { try await resolver.resolve("a", deadline: deadline, on: loop) }
      await loop.sleep(until: .after(.milliseconds(1)))  // it has joined
      let start = loop.now
      call.cancel()
      await #expect(throws: NetworkError.cancelled) { _ = try await call.value }
      #expect(loop.now - start < Loopback.patience / 2)
      gate.signal()
      #expect(try await resolver.resolve("a", deadline: .after(Loopback.patience), on: loop) == [.ipv4(1, port: 0)])
      runtime.shutdown()
    }
  }
}
