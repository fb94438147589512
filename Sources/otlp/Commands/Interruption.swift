internal import Synchronization
package import TelemetryCore

/// What a command that delivers spans does when it is asked to stop: it says at once that it finishes what is under way.
package enum Interruption {
  package static func listen(
    _ command: String, shutdownTimeout: Duration, wake: BlockingSemaphore, signal: StopSignal = .shared
  ) {
    signal.onRequest {
      TextOutput.error.line(
        "otlp \(command): interrupted; delivers what is under way, for at most \(shutdownTimeout.shortText); "
          + "a second signal ends it at once")
      wake.signal()
    }
  }
}
