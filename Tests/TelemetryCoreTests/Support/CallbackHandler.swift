import TelemetryCore

/// A handler that calls closures.
final class CallbackHandler: LoopHandler {
  let onReady: @Sendable (Readiness) -> Void
  let onEnd: @Sendable () -> Void
  init(_ onReady: @escaping @Sendable (Readiness) -> Void = { _ in }, onEnd: @escaping @Sendable () -> Void = {}) {
    self.onReady = onReady
    self.onEnd = onEnd
  }
  func ready(_ readiness: Readiness) { onReady(readiness) }
  func loopEnded() { onEnd() }
}
