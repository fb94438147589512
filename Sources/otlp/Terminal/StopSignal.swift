internal import COTLPSystem
internal import OTLPSystem
internal import Synchronization
package import TelemetryCore

/// Receives SIGINT and SIGTERM. The first signal calls the command's handler; without a handler, and at the second signal,
/// the process ends at once. Signals within half a second count as one: `timeout` and a terminal's driver send them to the process
/// and to its group.
package final class StopSignal: Sendable {
  package static let shared = StopSignal()

  /// The time after a signal in which others belong to it.
  private static let together = Duration.milliseconds(500)

  private let requested = Atomic<Bool>(false)
  private let handler = Mutex<(@Sendable () -> Void)?>(nil)

  private init() {}

  /// Blocks the signals and starts the receiving thread. Must be called before any other thread starts, so that
  /// all threads inherit the mask.
  package func install() throws(SystemError) {
    var signals = Self.signals
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    try ThreadSystem.start(name: "otlp-signals", stackSize: 1 << 18) { [self] in wait() }
  }

  /// Sets the handler of the first signal.
  package func onRequest(_ handler: @escaping @Sendable () -> Void) {
    self.handler.withLock { $0 = handler }
  }

  /// True after the first signal.
  package var isRequested: Bool { requested.load(ordering: .relaxed) }

  private static var signals: sigset_t {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    return signals
  }

  private func wait() {
    var signals = Self.signals
    var number: Int32 = 0
    var first: MonotonicInstant?
    while true {
      guard unsafe sigwait(&signals, &number) == 0 else { continue }
      if let first, .system - first < Self.together { continue }
      guard let handler = handler.withLock({ $0 }), !requested.exchange(true, ordering: .relaxed) else {
        Process.exit(128 + number)
      }
      first = .system
      handler()
    }
  }
}
