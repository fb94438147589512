import TelemetryCore

/// A handler that observes the end of its loop.
final class EndObserver: LoopHandler {
  /// Fulfilled at the end, with the loop that called the handler.
  let ended = Promise<TelemetryLoop?>()
  func ready(_ readiness: Readiness) {}
  func loopEnded() { ended.fulfil(.current) }
}
