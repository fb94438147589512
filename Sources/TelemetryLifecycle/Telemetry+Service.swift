#if ServiceLifecycle
  public import ServiceLifecycle
  public import SwiftOTLP
  internal import TelemetryCore

  /// Telemetry as a service. Put it first in its group: a group shuts its services down from the last to the first, so what the
  /// others record while they end is delivered too.
  ///
  /// ```swift
  /// let group = ServiceGroup(services: [telemetry, server], gracefulShutdownSignals: [.sigterm], logger: logger)
  /// try await group.run()
  /// ```
  extension Telemetry: Service {
    /// Runs until the group shuts down gracefully, the task is cancelled, or telemetry is shut down. In the first two cases
    /// telemetry delivers what is left and shuts down, within `Configuration.shutdownTimeout`, before the call returns.
    public func run() async throws {
      let run: @Sendable () async -> Void = self.run
      await cancelWhenGracefulShutdown { await run() }
    }
  }
#endif
