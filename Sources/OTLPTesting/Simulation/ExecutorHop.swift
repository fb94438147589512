package import TelemetryCore

/// An executor that runs its jobs on a loop, but is not that loop. A task that prefers it passes through the loop's queue
/// whenever it leaves an actor of the loop, so other jobs run in between.
package final class ExecutorHop: TaskExecutor {
  private let loop: TelemetryLoop

  package init(_ loop: TelemetryLoop) { self.loop = loop }

  package func enqueue(_ job: consuming ExecutorJob) { loop.enqueue(job) }
}
