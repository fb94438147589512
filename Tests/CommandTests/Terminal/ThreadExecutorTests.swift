import Glibc
import TelemetryCore
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct ThreadExecutorTests {
  @Test("all parts of a task, and its child tasks, run on one thread, also after a wait for others")
  func oneThread() async throws {
    let executor = ThreadExecutor()
    let (thread, others, end) = (Promise<pthread_t>(), Promise<Void>(), Promise<[Bool]>())
    Task.detached(executorPreference: executor) {
      let own = await thread.value
      @Sendable func isOwn() -> Bool { pthread_equal(pthread_self(), own) != 0 }
      var results = [isOwn()]
      async let child = isOwn()
      results.append(await child)
      await others.value
      results.append(isOwn())
      end.fulfil(results)
    }
    // The thread stays until the process ends, as the main thread does.
    try ThreadSystem.start(name: "executor", stackSize: 1 << 18) {
      thread.fulfil(pthread_self())
      executor.run()
    }
    others.fulfil(())
    #expect(await end.value == [true, true, true])
  }
}
