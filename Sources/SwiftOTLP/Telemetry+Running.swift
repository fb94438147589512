internal import TelemetryCore

extension Telemetry {
  /// The calls of ``run()`` that wait.
  struct Runs {
    var isOver = false
    var next = 0
    var waiting: [Int: Promise<Void>] = [:]
  }

  /// Runs until telemetry is shut down or the task is cancelled: for a service group, or beside a server in a task group.
  ///
  /// A cancellation shuts telemetry down within ``Configuration/shutdownTimeout``; then the call returns. It also waits without
  /// any exporter, and while the SDK is disabled (trap 23). Spans are recorded and exported whether or not anything runs this.
  @_disfavoredOverload
  public func run() async {
    // Disfavored, so that a program that imports TelemetryLifecycle means the service's `run()`, which also ends by a graceful
    // shutdown.
    let end = Promise<Void>()
    guard let number = register(end) else { return }
    await withTaskCancellationHandler {
      await end.value
    } onCancel: {
      end.fulfil(())
    }
    runs.withLock { runs in _ = runs.waiting.removeValue(forKey: number) }
    guard Task.isCancelled else { return }
    // Another task, since a user's processor may give up in one that is cancelled. It runs where the caller runs, so that a
    // blocked telemetry loop can't delay it.
    _ = await Task(executorPreference: globalConcurrentExecutor) { await self.shutdown(within: self.shutdownTimeout) }
      .value
  }

  /// - Returns: The call's number, or nil after the shutdown.
  private func register(_ end: Promise<Void>) -> Int? {
    runs.withLock { runs in
      guard !runs.isOver else { return nil }
      runs.next += 1
      runs.waiting[runs.next] = end
      return runs.next
    }
  }

  func endRuns() {
    let waiting = runs.withLock { runs in
      runs.isOver = true
      return Array(runs.waiting.values)
    }
    for end in waiting { end.fulfil(()) }
  }
}
