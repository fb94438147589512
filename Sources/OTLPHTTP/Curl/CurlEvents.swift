#if HTTP
  internal import TelemetryCore

  /// Passes the loop's events to a client.
  // SAFETY: written before the loop knows the object, and read on the loop's thread.
  final class CurlEvents: LoopHandler, @unchecked Sendable {
    weak var client: CurlClient?
    var token = HandlerToken.none

    func ready(_ readiness: Readiness) { client?.assumeIsolated { $0.timerFired() } }

    func ready(_ descriptor: Int32, _ readiness: Readiness) {
      client?.assumeIsolated { $0.socketReady(descriptor, readiness) }
    }

    func loopEnded() { client?.assumeIsolated { $0.loopEnded() } }
  }
#endif
