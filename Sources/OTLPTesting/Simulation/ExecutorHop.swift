package import TelemetryCore

/// An executor that is another one than the loop on which its jobs run all the same. A task that prefers it goes by way of
/// the loop's queue wherever it leaves an actor of the loop, also to come back at once, and other jobs run in between.
package final class ExecutorHop: TaskExecutor {
  private let loop: TelemetryLoop

  package init(_ loop: TelemetryLoop) { self.loop = loop }

  package func enqueue(_ job: consuming ExecutorJob) { loop.enqueue(job) }
}
