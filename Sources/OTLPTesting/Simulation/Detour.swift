package import TelemetryCore

/// An executor that is another one than the loop on which its jobs run all the same. A task that prefers it comes to the
/// loop's actors, and from one of their methods to the next, by way of the loop's queue only, as a task of another
/// thread does: other jobs run in between.
package final class Detour: TaskExecutor {
  private let loop: EventLoop

  package init(_ loop: EventLoop) { self.loop = loop }

  package func enqueue(_ job: consuming ExecutorJob) { loop.enqueue(job) }
}
