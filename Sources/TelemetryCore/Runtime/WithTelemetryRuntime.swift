/// Runs `main` as a task on a runtime's event loop and waits for it: the entry for a program's own main job.
///
/// The runtime's threads run at least until `main` has ended. Cancelling the caller cancels `main`.
public func withTelemetryRuntime<Value: Sendable>(
  _ configuration: TelemetryRuntime.Configuration = .production,
  _ main: @escaping @Sendable (TelemetryRuntime) async throws -> Value
) async throws -> Value {
  let runtime = try TelemetryRuntime(configuration)
  let lease = try runtime.acquire()
  defer { lease.end() }
  let task = Task(executorPreference: lease.loop) { try await main(runtime) }
  return try await withTaskCancellationHandler {
    try await task.value
  } onCancel: {
    task.cancel()
  }
}
