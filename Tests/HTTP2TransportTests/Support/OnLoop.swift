import TelemetryCore

/// Runs `body` on the loop of a runtime of its own.
func onLoop(_ body: @escaping @Sendable (TelemetryLoop) async throws -> Void) async throws {
  let runtime = try TelemetryRuntime(.development)
  let lease = try runtime.acquire()
  defer { lease.end() }
  try await Task(executorPreference: lease.loop) { try await body(lease.loop) }.value
}
