import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct WithTelemetryRuntimeTests {
  @Test func aProgramsMainJobRunsOnALoop() async throws {
    let answer = try await withTelemetryRuntime(.development) { runtime in
      #expect(TelemetryLoop.current != nil)
      return await runtime.block { 42 }
    }
    #expect(answer == 42)
  }

  @Test("the caller's cancellation reaches the program's main job")
  func cancellationOfTheMainJob() async throws {
    let began = Promise<Bool>()
    let task = Task {
      try await withTelemetryRuntime(.development) { _ in
        began.fulfil(true)
        let loop = try #require(TelemetryLoop.current)
        let slept = await loop.sleep(until: Deadline(loop.now + .seconds(3600)))
        return slept || !Task.isCancelled
      }
    }
    _ = await began.value
    task.cancel()
    #expect(try await task.value == false)
  }

  @Test("the threads of loops have a current loop, also for the main job; blocking and other threads have none")
  func currentLoop() async throws {
    let other = try TelemetryRuntime()
    let lease = try other.acquire()
    defer { lease.end() }
    #expect(TelemetryLoop.current == nil && !lease.loop.isCurrent)
    try await withTelemetryRuntime(.development) { runtime in
      let own = try #require(TelemetryLoop.current)
      #expect(own.isCurrent && !lease.loop.isCurrent)
      let inner = try runtime.acquire()
      #expect(inner.loop === own)  // blocking work here must not need this loop
      inner.end()
      await Task(executorPreference: lease.loop) {
        #expect(TelemetryLoop.current === lease.loop && lease.loop.isCurrent && !own.isCurrent)
      }.value
      #expect(await runtime.block { TelemetryLoop.current == nil && !own.isCurrent })
      #expect(own.isCurrent)
    }
  }
}
