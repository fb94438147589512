/// Runs `main` as a task on the event loop of a new runtime and waits for the end. For a program's own main job.
///
/// The runtime's threads run at least until `main` has ended. Cancelling the caller cancels `main`. Throws what `main`
/// throws, a `ConfigurationError`, or a `SystemError` if no thread can be started.
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
