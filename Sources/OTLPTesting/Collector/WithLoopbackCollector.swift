public import TelemetryCore

/// Runs `body` with a listening collector, and stops the collector when `body` returns or throws.
///
/// ```swift
/// try await withLoopbackCollector { collector in
///   let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
///   …
/// }
/// ```
/// - Parameters:
///   - configuration: The collector's configuration. Default: plaintext on a free port of 127.0.0.1.
///   - runtime: The threads that serve the collector.
///   - body: Receives the collector. The collector's counts and spans stay readable after the call.
/// - Returns: The result of `body`.
/// - Throws: The error of ``LoopbackCollector/init(_:runtime:)`` or of `body`.
public func withLoopbackCollector<Value>(
  _ configuration: LoopbackCollector.Configuration = .init(), runtime: TelemetryRuntime = .shared,
  _ body: (LoopbackCollector) async throws -> Value
) async throws -> Value {
  let collector = try await LoopbackCollector(configuration, runtime: runtime)
  do {
    let value = try await body(collector)
    await collector.stop()
    return value
  } catch {
    await collector.stop()
    throw error
  }
}
