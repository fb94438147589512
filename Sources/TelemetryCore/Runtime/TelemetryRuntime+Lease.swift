internal import Synchronization

extension TelemetryRuntime {
  /// A user's hold on a runtime. The threads run until the last lease has ended. Thread-safe.
  public final class Lease: Sendable {
    /// The runtime that is held.
    public let runtime: TelemetryRuntime
    /// The event loop that this user runs on.
    public let loop: TelemetryLoop
    private let generation: Int
    private let hasEnded = Atomic<Bool>(false)

    init(runtime: TelemetryRuntime, loop: TelemetryLoop, generation: Int) {
      self.runtime = runtime
      self.loop = loop
      self.generation = generation
    }

    /// Ends the hold. A second call does nothing.
    public func end() {
      guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
      runtime.leaseEnded(generation)
    }

    deinit { end() }
  }
}
