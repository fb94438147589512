internal import Synchronization
internal import TelemetryCore

/// Runs a command's task on the thread that calls ``run()``: the main thread, which has nothing else to do. The default executor
/// would start a thread, and where the system refuses one, its tasks never run and nobody hears of it.
package final class ThreadExecutor: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])
  private let added = BlockingSemaphore()

  package init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    added.signal()
  }

  /// Runs jobs in their order, for ever.
  package func run() -> Never {
    while true {
      _ = added.wait(until: .never)
      let job = jobs.withLock { $0.removeFirst() }
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}
