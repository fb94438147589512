extension TraceContext {
  /// Calls `body` in a context in which new spans record nothing: for exporters, so that an instrumented client
  /// doesn't trace the requests that export traces.
  public static func withRecordingSuppressed<Result>(_ body: () throws -> Result) rethrows -> Result {
    try suppressed.makeCurrent(body)
  }

  /// Calls `body` in a context in which new spans record nothing, also in child tasks.
  public nonisolated(nonsending) static func withRecordingSuppressed<Result>(
    _ body: nonisolated(nonsending) () async throws -> Result
  ) async rethrows -> Result {
    try await suppressed.makeCurrent(body)
  }

  private static var suppressed: TraceContext {
    var context = current
    if !context.isRecordingSuppressed { context.isRecordingSuppressed = true }
    return context
  }
}
